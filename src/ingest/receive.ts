import { isAscii } from 'node:buffer'
import { readBody } from '../domain/body'
import type { Delivery } from '../domain/delivery'
import type { DecodedEvent, Instant } from '../domain/event'
import { isForm } from '../domain/form'
import { keyHash } from '../domain/id'
import { redactKnown } from '../domain/known-secrets'
import { UNKNOWN_PROVIDER } from '../domain/recognition'
import { type Fingerprint, redactBody, redactForm, redactHeaders, redactPath } from '../domain/redaction'
import type { Position } from '../domain/session'
import type { Allowances } from '../domain/staleness'
import { decodeAny, findProvider, latenessOf, sessionNameIn } from '../providers'
import type { Decoded } from '../providers/provider'
import { authenticate } from '../signing/authenticate'
import type { Refusal, Verdict } from '../signing/scheme'
import type { Source } from '../store/sources'
import type { Entry, PendingEvent } from './batch'
import type { Quarantine } from './quarantine'
import { factsOf } from './source-facts'
import type { SourceNotes } from './source-notes'
import type { Writer } from './writer'

/** What became of a delivery. */
export type Outcome =
  | { kind: 'stored'; id: string; duplicate: boolean; provider: string }
  | { kind: 'quarantined'; id: string; provider: string }
  | { kind: 'refused'; refusal: Refusal }

export interface ReceiveDeps {
  writer: Writer
  quarantine: Quarantine
  fingerprint: Fingerprint
  allowances: Allowances
  now(): Instant
  noteUse(secretId: string): void
  notes: Pick<SourceNotes, 'recognised' | 'mismatched'>
}

type Proof = Extract<Verdict, { ok: true }>
export type KeptDelivery = NonNullable<Entry['delivery']>

/**
 * The way of a delivery: prove, decode, keep. Resolves only when it is on disk (or refused).
 * @param proved is awaited once the sender is known to be genuine; it may refuse by throwing.
 * @throws AppError `unavailable` when it can be kept nowhere.
 */
export async function receive(deps: ReceiveDeps, source: Source, delivery: Delivery, proved: () => Promise<void> = async () => {}): Promise<Outcome> {
  const verdict = authenticate(delivery, factsOf(source).schemes, source.secrets, deps.now())
  if (!verdict.ok) return { kind: 'refused', refusal: verdict.refusal }
  await proved()
  if (verdict.secretId) deps.noteUse(verdict.secretId)

  const { kept, understood } = read(deps, source, delivery, verdict)
  const { provider } = understood
  if (!understood.ok) return quarantined(deps, source, delivery, kept, provider, understood.named, understood.reason)
  const written = await Promise.all(understood.entries.map((entry) => deps.writer.append(entry)))
  if (written.some((one) => one.quarantined)) return { kind: 'quarantined', id: delivery.id, provider }
  return { kind: 'stored', id: written[0]?.id as string, duplicate: written.every((one) => one.duplicate), provider }
}

const utf8 = new TextDecoder()

/** Redacted before it is read: what is decoded now is what a replay will decode, and no attachment is parsed twice. */
function read(deps: ReceiveDeps, source: Source, delivery: Delivery, proof: Proof): { kept: KeptDelivery; understood: Understood } {
  // One text for all who read it: nearly every body is ASCII, which Latin-1 and UTF-8 read alike.
  const ascii = isAscii(delivery.body) ? utf8.decode(delivery.body) : null
  const kept = keptDelivery(deps, source, delivery, proof, ascii)
  return { kept, understood: understand(deps, source, delivery, kept, kept.body === delivery.body ? ascii : null) }
}

/** What the writer can take of a delivery; or why there is nothing to take, and the session that its body names. */
export type Understood = { provider: string } & ({ ok: true; entries: Entry[] } | { ok: false; named: string | null; reason: string })

/** Reads a delivery as its source's provider does today. Only `kept` is read of what it said: the same when it arrives and when it is decoded again. */
export function understand(
  deps: Pick<ReceiveDeps, 'allowances' | 'notes'>,
  source: Source,
  delivery: Delivery,
  kept: KeptDelivery,
  ascii: string | null = null,
): Understood {
  const body = readBody({ headers: delivery.headers, body: kept.body }, ascii)
  if (!body.ok) return { ok: false, provider: source.provider, named: null, reason: body.reason }
  const { provider, decoded } = decodeFor(deps, source, delivery, body.value)
  const entries = decoded.ok ? toEntries(deps, source, delivery, kept, provider, decoded) : []
  if (entries.length > 0) return { ok: true, provider, entries }
  const reason = decoded.ok ? 'names no session: neither the URL nor the body says which one' : decoded.reason
  return { ok: false, provider, named: sessionNameIn(body.value), reason }
}

function decodeFor(deps: Pick<ReceiveDeps, 'notes'>, source: Source, delivery: Delivery, body: unknown): { provider: string; decoded: Decoded } {
  const fixed = findProvider(source.provider)
  if (fixed) return { provider: fixed.id, decoded: fixed.decode(delivery, body) }
  const { provider, decoded } = decodeAny(delivery, body)
  deps.notes.recognised(source.id, provider?.id ?? UNKNOWN_PROVIDER, delivery.receivedAt)
  return { provider: provider?.id ?? source.provider, decoded }
}

/**
 * The session of the URL wins: its secret was verified; what the body names is only recorded. Unless it is the id of something
 * else: then the part goes where it belongs, to another session of the same source, for which the same secret stands.
 */
function toEntries(
  deps: Pick<ReceiveDeps, 'allowances' | 'notes'>,
  source: Source,
  delivery: Delivery,
  kept: KeptDelivery,
  provider: string,
  decoded: Extract<Decoded, { ok: true }>,
): Entry[] {
  const allowances = factsOf(source).allowances(deps.allowances)
  const latenessMs = latenessOf(findProvider(provider))
  const entries = new Map<string, Entry>()
  for (const part of decoded.parts) {
    const name = part.overridesUrl ? part.session : (delivery.pathSession ?? part.session)
    if (!name || part.events.length === 0) continue
    if (part.session !== null && name !== part.session) deps.notes.mismatched(source.id, name, part.session, delivery.receivedAt)
    const sessionId = factsOf(source).sessionId(name)
    const session = { sourceId: source.id, name, provider, ownerId: source.ownerId, allowances }
    // Several parts may turn out to be of one session, since the URL decides.
    const entry = entries.get(sessionId) ?? { sessionId, session, delivery: kept, receivedAt: delivery.receivedAt, events: [] }
    for (const event of part.events) entry.events.push(pending(delivery, event, latenessMs, entries.size + entry.events.length === 0 ? delivery.id : undefined))
    entries.set(sessionId, entry)
  }
  return [...entries.values()]
}

function pending(delivery: Delivery, decoded: DecodedEvent, latenessMs: number, id = Bun.randomUUIDv7('hex', Math.floor(delivery.receivedAt))): PendingEvent {
  return { id, decoded, position: positionOf(delivery, decoded, latenessMs, id), keyHash: decoded.key === null ? null : keyHash(decoded.key) }
}

/**
 * Never later than it arrived: a clock that runs ahead must not make every following event look late. In whole microseconds, as the
 * ledger keeps it: what is folded now must stand exactly where a fold of the ledger will find it.
 */
function positionOf(delivery: Delivery, decoded: DecodedEvent, latenessMs: number, id: string): Position {
  const { receivedAt } = delivery
  const claimed = decoded.ordered && decoded.occurredAt !== null ? Math.round(decoded.occurredAt * 1000) / 1000 : receivedAt
  const earliest = Math.round((receivedAt - latenessMs) * 1000) / 1000
  return { at: Math.min(Math.max(claimed, earliest), receivedAt), key: decoded.key ?? '', id }
}

function keptDelivery(deps: ReceiveDeps, source: Source, delivery: Delivery, proof: Proof, ascii: string | null): KeptDelivery {
  const { secrets, needles } = factsOf(source)
  const { fingerprint } = deps
  const redacted = isForm(delivery) ? redactForm(delivery.body, fingerprint) : redactBody(delivery.body, fingerprint, ascii ?? undefined)
  return {
    id: delivery.id,
    receivedAt: delivery.receivedAt,
    path: redactPath(delivery.path, fingerprint, secrets),
    address: delivery.address,
    headers: JSON.stringify(redactHeaders(delivery.headers, fingerprint, secrets)),
    body: redactKnown(redacted, needles, fingerprint),
    bodySize: delivery.body.byteLength,
    scheme: proof.scheme,
    secretId: proof.secretId,
  }
}

async function quarantined(
  deps: ReceiveDeps,
  source: Source,
  delivery: Delivery,
  kept: KeptDelivery,
  provider: string,
  named: string | null,
  reason: string,
): Promise<Outcome> {
  const name = delivery.pathSession ?? named
  await deps.quarantine.keep({ source, name, reason, ...kept })
  return { kind: 'quarantined', id: delivery.id, provider }
}
