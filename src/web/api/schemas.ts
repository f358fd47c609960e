/**
 * The shapes of the JSON API, once: answers are described, requests validated and /api/docs written from these. TypeBox's
 * own `Type`, not Elysia's `t`: that one turns every integer into "integer or any text that looks like one", without its limits.
 */
import { Type as t } from '@sinclair/typebox'
import { REASONS, STATUSES } from '../../domain/event'

export const nullable = <T extends Parameters<typeof t.Union>[0][number]>(schema: T) =>
  // An error is told by the description of what was expected.
  t.Union([schema, t.Null()], schema.description === undefined ? {} : { description: schema.description })
export const words = <T extends string>(list: readonly T[], description: string) =>
  t.Union(
    list.map((word) => t.Literal(word)),
    { description },
  )

export const Instant = t.String({ format: 'date-time', description: 'RFC 3339, UTC, with milliseconds', examples: ['2026-07-28T12:30:01.250Z'] })
export const HEALTHS = ['ok', 'quiet', 'stuck', 'flapping', 'down', 'unknown'] as const
const Status = words(STATUSES, 'Where the session is')
const Reason = nullable(words(REASONS, 'Why it is disconnected or failed'))
export const HealthWord = words(HEALTHS, 'The status weighed against the evidence')
const EventTypeText = t.String({ description: 'Type of the event', examples: ['message.ack'] })

export const Session = t.Object(
  {
    source: t.String(),
    id: t.String({ description: "The session's name at its sender" }),
    provider: t.String(),
    status: Status,
    reason: Reason,
    since: Instant,
    health: HealthWord,
    lastEventAt: nullable(Instant),
    qr: nullable(t.Object({ code: nullable(t.String()), receivedAt: Instant, expiresAt: Instant, count: t.Integer() })),
    pairingCode: nullable(t.String()),
    loading: nullable(t.Object({ percent: t.Number(), message: nullable(t.String()) })),
    account: nullable(t.Object({ id: t.String(), name: nullable(t.String()) })),
    ownerId: nullable(t.String({ description: 'The operator who answers for it' })),
    counts: t.Object({ events: t.Integer(), messagesReceived: t.Integer(), messagesSent: t.Integer(), calls: t.Integer(), reconnects: t.Integer() }),
    seq: t.Integer({ description: 'Events folded so far' }),
  },
  { $id: 'Session', additionalProperties: false },
)

export const Event = t.Object(
  {
    id: t.String({ format: 'uuid' }),
    source: t.String(),
    session: t.String(),
    seq: t.Integer(),
    type: EventTypeText,
    providerType: t.String({ description: "The sender's own name for it" }),
    receivedAt: Instant,
    occurredAt: nullable(Instant),
    at: Instant,
    messageId: nullable(t.String()),
    chat: nullable(t.String()),
    text: nullable(t.String()),
    facts: t.Record(t.String(), t.Unknown()),
    deliveryId: t.String(),
    bodySize: t.Integer({ description: 'Bytes of the body as it arrived' }),
  },
  { $id: 'Event', additionalProperties: false },
)

export const Transition = t.Object(
  { at: Instant, from: Status, to: Status, reason: Reason, detail: nullable(t.String()), eventId: t.String(), eventType: EventTypeText },
  { $id: 'Transition', additionalProperties: false },
)

export const Message = t.Object(
  {
    id: t.String(),
    chat: nullable(t.String()),
    from: nullable(t.String()),
    to: nullable(t.String()),
    author: nullable(t.String()),
    fromMe: t.Boolean(),
    kind: nullable(t.String()),
    text: nullable(t.String()),
    media: nullable(
      t.Object({
        mimetype: t.Optional(t.String()),
        filename: t.Optional(t.String()),
        bytes: t.Optional(t.Number()),
        url: t.Optional(t.String()),
        error: t.Optional(t.String()),
      }),
    ),
    ack: nullable(t.Integer({ minimum: -1, maximum: 4, description: '-1 error, 0 pending, 1 sent, 2 delivered, 3 read, 4 played' })),
    sentAt: Instant,
    deliveredAt: nullable(Instant),
    readAt: nullable(Instant),
    editedAt: nullable(Instant),
    revokedAt: nullable(Instant),
    reactions: t.Array(t.Object({ text: t.String(), sender: t.String() })),
  },
  { $id: 'Message', additionalProperties: false },
)

export const Rejection = t.Object(
  {
    id: t.String(),
    source: nullable(t.String()),
    session: nullable(t.String()),
    at: Instant,
    lastAt: Instant,
    times: t.Integer(),
    address: t.String(),
    code: t.String(),
    message: t.String(),
  },
  { $id: 'Rejection', additionalProperties: false },
)

export const Quarantined = t.Object(
  { id: t.String(), source: t.String(), session: nullable(t.String()), receivedAt: Instant, reason: t.String(), bodySize: t.Integer() },
  { $id: 'Quarantined', additionalProperties: false },
)

const Scopes = t.Array(t.Union([t.Literal('read'), t.Literal('write'), t.Literal('admin')], { description: 'read, write or admin' }), {
  minItems: 1,
  maxItems: 3,
  uniqueItems: true,
})
export const ApiKey = t.Object(
  { id: t.String(), name: t.String(), start: t.String(), scopes: Scopes, createdAt: Instant, lastUsedAt: nullable(Instant), expiresAt: nullable(Instant) },
  { $id: 'ApiKey', additionalProperties: false },
)
export const NewApiKey = t.Object(
  { name: t.String({ minLength: 1, maxLength: 100 }), scopes: Scopes, expiresAt: t.Optional(nullable(Instant)) },
  { $id: 'NewApiKey', additionalProperties: false },
)
export const MadeApiKey = t.Object(
  { id: t.String(), key: t.String({ description: 'Shown once: only its hash is kept' }), start: t.String() },
  { $id: 'MadeApiKey', additionalProperties: false },
)

export const Problem = t.Object(
  { type: t.String(), title: t.String(), status: t.Integer(), code: t.String(), detail: t.Optional(t.String()), instance: t.String(), requestId: t.String() },
  { $id: 'Problem', additionalProperties: false, description: 'RFC 9457' },
)

/** `{data, next}`: the next page is asked for with `?cursor=` and the text of `next`. */
export const pageOf = <T extends Parameters<typeof t.Array>[0]>(item: T) =>
  t.Object({ data: t.Array(item), next: nullable(t.String({ description: 'Cursor of the next page' })) }, { additionalProperties: false })

export const Limit = t.Optional(t.Integer({ minimum: 1, maximum: 500, default: 100, description: 'Records per page, 1 to 500' }))
export const Cursor = t.Optional(t.String({ maxLength: 500, description: '`next` of the page before' }))
export const SessionParams = t.Object({ source: t.String(), sessionId: t.String({ description: "The session's name" }) })
export const Health = t.Optional(HealthWord)
