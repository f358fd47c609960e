import type { DecodedEvent, SessionEventType, SessionFacts } from '../../domain/event'
import { event, keyOf, withSession } from '../event'
import { type Fields, fields, instant, put, text, waId } from '../read'
import type { Envelope } from './payload'

/** WAHA keeps three; more than this is no WAHA. */
const MAX_STATUSES = 20

/**
 * `session.status`: one event for each of the last statuses that WAHA lists with their times, so that transitions whose own
 * delivery was lost are filled in. Each has its own key, so it counts once however many deliveries list it: whichever comes first
 * must say the same of it. So of the past only what the list itself tells is taken, and of statuses with details of their own
 * (passkeys) nothing, since these are no transitions.
 */
export function statusEvents(envelope: Envelope, payload: Fields): DecodedEvent[] {
  const current = text(payload.status, 100)
  const entries = listed(payload.statuses)
  const last = entries.at(-1)
  if (current !== undefined && last?.status !== current) entries.push({ status: current, at: undefined })
  const scannedAt = entries.findLastIndex((entry) => entry.status === 'SCAN_QR_CODE')
  return entries.flatMap((entry, index) => {
    const isCurrent = index === entries.length - 1
    if (!isCurrent && !TYPES.has(entry.status)) return []
    // Since the last scan it is one and the same account.
    const me = index > scannedAt ? envelope.me : undefined
    return [statusEvent({ ...envelope, me }, entry, isCurrent ? payload : null)]
  })
}

interface Entry {
  status: string
  at: number | undefined
}

const TYPES = new Map<string, SessionEventType>([
  ['STARTING', 'session.connecting'],
  ['SCAN_QR_CODE', 'session.qr'],
  ['WORKING', 'session.connected'],
  ['FAILED', 'session.auth_failure'],
  ['STOPPED', 'session.disconnected'],
])

function listed(statuses: unknown): Entry[] {
  const entries: Entry[] = []
  if (!Array.isArray(statuses)) return entries
  for (const item of statuses.slice(-MAX_STATUSES)) {
    const status = text(fields(item).status, 100)
    if (status !== undefined) entries.push({ status, at: instant(fields(item).timestamp) })
  }
  return entries
}

/** `payload` is null for a status of the past. */
function statusEvent(envelope: Envelope, entry: Entry, payload: Fields | null): DecodedEvent {
  const at = entry.at ?? (payload === null ? undefined : envelope.at)
  const facts = factsOf(entry.status, payload, envelope.me)
  // A connection of the past whose account is not known any more must not keep out the delivery that tells it.
  const isVague = payload === null && entry.status === 'WORKING' && facts.account === undefined
  const key = keyFor(envelope, isVague ? { ...entry, status: 'WORKING:listed' } : entry, at)
  return withSession(event(TYPES.get(entry.status) ?? 'session.state', envelope.name, key, at, true), facts)
}

/** The listed time is the status's identity. Versions that list none give the envelope an id; the oldest give neither. */
function keyFor(envelope: Envelope, entry: Entry, at: number | undefined): string | null {
  if (entry.at !== undefined) return keyOf(`status:${entry.status}:${entry.at}`)
  if (envelope.id !== undefined) return keyOf(`${envelope.name}:${envelope.id}`)
  return at === undefined ? null : keyOf(`status:${entry.status}:${at}`)
}

function factsOf(status: string, payload: Fields | null, me: unknown): SessionFacts {
  const facts: SessionFacts = {}
  if (status === 'FAILED') facts.reason = 'unknown'
  if (status === 'STOPPED') facts.reason = 'stopped'
  if (status === 'WORKING') put(facts, 'account', accountOf(me))
  else if (facts.reason !== undefined) facts.detail = status
  else if (payload !== null && !TYPES.has(status)) facts.detail = detailOf(status, fields(payload.data))
  return facts
}

function accountOf(me: unknown): SessionFacts['account'] {
  const id = waId(fields(me).id)
  if (id === undefined) return undefined
  const account: NonNullable<SessionFacts['account']> = { id }
  put(account, 'name', text(fields(me).pushName))
  return account
}

/** GOWS asks for a passkey since 2026.7.1: a person has to act, so it is said in words. */
function detailOf(status: string, data: Fields): string {
  if (status === 'PASSKEY_REQUIRED') return 'Passkey required: approve the log-in with the passkey of this WhatsApp account'
  if (status !== 'PASSKEY_CONFIRMATION_REQUIRED') return status
  const code = text(data.code, 50)
  const compare = code === undefined ? 'the code that WAHA shows' : code
  return `Passkey confirmation required: compare ${compare} with the code on the phone and confirm`
}
