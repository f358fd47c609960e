/** Turns the work of a batch into the rows that the store writes. Pure. */
import type { MessageFacts } from '../domain/event'
import { silenceOf } from '../domain/staleness'
import { MINUTE_MS } from '../domain/time'
import type { DeliveryRow, EventRow, MessageRow } from '../store/ledger'
import { packBody } from '../store/packing'
import type { CallRow, ReactionRow } from '../store/projections'
import { isOnlyPulse } from '../store/session-pulse'
import type { SessionRow, TransitionRow } from '../store/session-writes'
import type { Entry, PendingEvent, SessionWork } from './batch'

/** A minute is counted once it is this old; an event committed later than that makes it late. */
export const ROLLUP_GRACE_MS = 120_000

export interface BatchRows {
  events: EventRow[]
  deliveries: DeliveryRow[]
  bodies: Buffer
  messages: MessageRow[]
  reactions: ReactionRow[]
  calls: CallRow[]
  lateMinutes: number[]
}

export function emptyRows(): BatchRows {
  return { events: [], deliveries: [], bodies: Buffer.alloc(0), messages: [], reactions: [], calls: [], lateMinutes: [] }
}

export function rowsOf(works: SessionWork[], now: number): BatchRows {
  const rows = emptyRows()
  const written = new Set<Entry>()
  const bodies: Uint8Array[] = []
  let offset = 1
  for (const work of works) {
    for (const { event, entry, seq } of work.fresh) {
      rows.events.push(eventRow(work, event, entry, seq))
      addProjections(rows, work.sessionId, event)
      const minute = Math.floor(entry.receivedAt / MINUTE_MS) * MINUTE_MS
      if (minute + MINUTE_MS < now - ROLLUP_GRACE_MS / 2) rows.lateMinutes.push(minute)
      if (!entry.delivery || entry.isDeliveryKept || written.has(entry)) continue
      written.add(entry)
      const body = packBody(entry.delivery.body)
      rows.deliveries.push(deliveryRow(work.sessionId, work.session.sourceId, entry.delivery, offset, body.byteLength))
      bodies.push(body)
      offset += body.byteLength
    }
  }
  rows.bodies = Buffer.concat(bodies)
  return rows
}

export function sessionRow(work: SessionWork, now: number): SessionRow {
  const { before, after, session } = work
  const silence = silenceOf(after.state)
  return {
    sessionId: work.sessionId,
    from: before?.seq ?? 0,
    seq: after.seq,
    sourceId: session.sourceId,
    name: session.name,
    provider: session.provider,
    ownerId: session.ownerId,
    fold: after,
    isOnlyPulse: before !== undefined && isOnlyPulse(before, after),
    silence: silence && { ...silence, allowedMs: session.allowances[silence.allowance] },
    isChanged: work.stateChanged,
    now,
    createdAt: work.createdAt,
  }
}

export function transitionRows(work: SessionWork): TransitionRow[] {
  return work.transitions.map((transition) => ({ s: work.sessionId, ...transition }))
}

function eventRow(work: SessionWork, event: PendingEvent, entry: Entry, seq: number): EventRow {
  const { decoded } = event
  return {
    s: work.sessionId,
    r: entry.receivedAt,
    i: event.id,
    n: seq,
    u: work.session.sourceId,
    d: entry.delivery?.id ?? event.id,
    t: decoded.type,
    pt: decoded.providerType,
    a: event.position.at,
    o: decoded.occurredAt,
    k: decoded.key,
    m: decoded.message?.id ?? null,
    c: decoded.message?.chat ?? decoded.chat ?? null,
    x: decoded.message?.text ?? null,
    z: entry.delivery?.bodySize ?? 0,
    f: { ...(decoded.ordered ? { ordered: true } : {}), ...(decoded.session ?? decoded.call ?? decoded.operator ?? factsOf(decoded.message)) },
  }
}

/** Without what stands in columns of its own. */
function factsOf(message: MessageFacts | undefined): Partial<MessageFacts> {
  if (!message) return {}
  const { id: _id, chat: _chat, text: _text, ...rest } = message
  return rest
}

function deliveryRow(sessionId: string, sourceId: string, delivery: NonNullable<Entry['delivery']>, offset: number, length: number): DeliveryRow {
  return {
    s: sessionId,
    r: delivery.receivedAt,
    i: delivery.id,
    u: sourceId,
    p: delivery.path,
    a: delivery.address,
    h: delivery.headers,
    c: delivery.scheme,
    k: delivery.secretId,
    b: offset,
    l: length,
  }
}

/** The rows beside the session that one event contributes to. */
export function addProjections(rows: BatchRows, sessionId: string, event: PendingEvent): void {
  const { decoded, position } = event
  const { message, call } = decoded
  if (call) {
    const phase = decoded.type.slice('call.'.length)
    rows.calls.push({
      s: sessionId,
      i: call.id,
      f: call.from ?? null,
      me: call.fromMe === true,
      v: call.video === true,
      g: call.group === true,
      p: phase,
      a: position.at,
    })
  }
  if (!message) return
  if (message.reaction) rows.reactions.push({ s: sessionId, m: message.id, w: message.reaction.sender, x: message.reaction.text, a: position.at })
  else rows.messages.push(messageRow(sessionId, event, message))
}

/**
 * Who sent it to whom is taken only from events that tell the message itself: an ack names its own sender there (WAHA).
 */
function messageRow(sessionId: string, { decoded, position }: PendingEvent, message: MessageFacts): MessageRow {
  const isWhole = decoded.type === 'message.received' || decoded.type === 'message.created' || decoded.type === 'message.media'
  const edited = decoded.type === 'message.edited'
  const ack = message.ack ?? null
  const { at } = position
  return {
    s: sessionId,
    m: message.id,
    c: isWhole ? (message.chat ?? null) : null,
    f: isWhole ? (message.from ?? null) : null,
    t: isWhole ? (message.to ?? null) : null,
    w: isWhole ? (message.author ?? null) : null,
    me: isWhole || decoded.type === 'message.ack' ? (message.fromMe ?? null) : null,
    // A message that cannot be read yet comes again in clear under the same id.
    k: isWhole && message.kind !== 'ciphertext' ? (message.kind ?? null) : null,
    x: isWhole || edited ? (message.text ?? null) : null,
    md: message.media ? JSON.stringify(message.media) : null,
    a: ack,
    st: isWhole ? (message.sentAt ?? decoded.occurredAt ?? at) : at,
    da: ack === 2 ? at : null,
    ra: ack === 3 || ack === 4 ? at : null,
    ea: edited ? at : null,
    va: decoded.type === 'message.revoked' ? at : null,
  }
}
