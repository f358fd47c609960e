import type { Delivery } from '../../domain/delivery'
import type { DecodedEvent } from '../../domain/event'
import { event } from '../event'
import type { Decoded, Provider } from '../provider'
import { type Fields, fields, isObject, text } from '../read'
import { accountEvent, errorEvent, preferenceEvent } from './account'
import { callEvent, callStatusEvent } from './call'
import { echoEvent, messageEvent, statusEvent } from './message'
import { type Change, changesOf, envelope, sessionOf } from './payload'

/** Meta repeats for up to seven days: an older time is no lateness but a wrong clock, and arrival orders. */
const REPEATS_MS = 7 * 24 * 3_600_000

/**
 * Meta's WhatsApp Cloud API. It signs the raw bytes with the app secret, repeats for up to seven days whatever is not answered with
 * 200, in no order, and bundles updates of several numbers. There is no QR and no connection: traffic is the evidence.
 */
export const metaCloudApi: Provider = {
  id: 'meta-cloud-api',
  label: 'WhatsApp Cloud API (Meta)',
  // X-Hub-Signature (SHA-1) comes beside it and is not looked at.
  schemes: [{ scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: false } }],

  latenessMs: REPEATS_MS,

  recognises(delivery, body) {
    if (envelope.Check(body)) return 1
    return isGraph(body) && delivery.headers['x-hub-signature-256'] !== undefined ? 0.6 : 0
  },

  decode(delivery, body) {
    if (envelope.Check(body)) return decodeChanges(delivery, changesOf(body.entry))
    if (!isGraph(body)) return { ok: false, reason: 'no "object" with a list "entry": this is not what Meta sends' }
    const object = JSON.stringify(text(body.object, 60) ?? null)
    return {
      ok: false,
      reason: `"object" is ${object}, not "whatsapp_business_account": another product of Meta posts to this URL; take it off the app's subscriptions`,
    }
  },
}

/** The session that a body of Meta's names first, or null. */
export function sessionNameInChanges(body: unknown): string | null {
  if (!envelope.Check(body)) return null
  for (const change of changesOf(body.entry)) {
    const session = sessionOf(change)
    if (session !== null) return session
  }
  return null
}

function isGraph(body: unknown): body is Fields {
  return isObject(body) && typeof body.object === 'string' && Array.isArray(body.entry)
}

/** Each number is a session of its own; what comes for one number in several changes stays together and in order. */
function decodeChanges({ pathSession, receivedAt }: Delivery, changes: Change[]): Decoded {
  const parts = new Map<string | null, Extract<Decoded, { ok: true }>['parts'][number]>()
  for (const change of changes) {
    const session = sessionOf(change)
    let part = parts.get(session)
    if (part === undefined)
      parts.set(session, (part = isAnothers(pathSession, change, session) ? { session, events: [], overridesUrl: true } : { session, events: [] }))
    for (const told of eventsOf(change)) {
      if (told.occurredAt !== null && receivedAt - told.occurredAt > REPEATS_MS) told.ordered = false
      part.events.push(told)
    }
  }
  if (parts.size === 0) return { ok: false, reason: '"entry" holds no "changes"' }
  return { ok: true, parts: [...parts.values()] }
}

/**
 * Whether the URL names the id of another number. A URL with a name of the operator's own (`…/webhook/shop`) may stand for any
 * number, and wins; one with a number or its id stands for that number only, and one callback serves them all. Both are
 * sessions of the source whose app secret signed the delivery.
 */
function isAnothers(pathSession: string | null, { account, value }: Change, session: string | null): boolean {
  if (pathSession === null || session === null || pathSession === session || session === account) return false
  if (pathSession === text(fields(value.metadata).display_phone_number)?.replaceAll(/\D/g, '')) return false
  return /^\d{10,20}$/.test(pathSession)
}

function eventsOf(change: Change): DecodedEvent[] {
  const { field, value } = change
  const events: DecodedEvent[] = []
  const each = (list: unknown, decode: (item: Fields) => DecodedEvent | null, name: string) => {
    if (Array.isArray(list)) for (const item of list) events.push(decode(fields(item)) ?? event('other', name, null, change.at, true))
  }
  each(value.messages, (message) => messageEvent(change, message), `${field}.unreadable`)
  each(value.message_echoes, (message) => echoEvent(field, message), `${field}.unreadable`)
  each(value.statuses, (status) => statusOf(field, status), 'statuses.unreadable')
  each(value.calls, callEvent, 'calls.unreadable')
  each(value.user_preferences, (preference) => preferenceEvent(field, preference), field)
  // Where there are messages, an error is theirs.
  if (field === 'messages' && events.length === 0) each(value.errors, (error) => errorEvent(change, error), 'messages.errors')
  return events.length === 0 ? [accountEvent(change)] : events
}

function statusOf(field: string, status: Fields): DecodedEvent | null {
  return field === 'calls' || status.type === 'call' ? callStatusEvent(status) : statusEvent(status)
}
