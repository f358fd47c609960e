/**
 * Meta's Cloud API as it posts: signed with the app secret over the escaped bytes, several updates together, some of them twice,
 * and again for days whatever is not answered with 200. What the business itself sends over the API is told only by its statuses.
 */

import { HOUR_MS, MINUTE_MS } from '../../domain/time'
import type { Dialect, Happening, Line, SimulatedDelivery, Talk } from './happening'

export const metaDialect: Dialect = {
  id: 'meta-cloud-api',
  tell(line, happening, at, id) {
    const told = tell(line, happening, at)
    if (told.length === 0) return []
    const waiting = bundles.get(line) ?? []
    const isState = told.some(({ field }) => field === 'account_update')
    // Not everything is posted at once: Meta bundles as it likes.
    if (!isState && waiting.length < 5 && '0123456'.includes(id().charAt(4))) {
      bundles.set(line, [...waiting, ...told])
      return []
    }
    bundles.delete(line)
    // In no order: the last may come first.
    const body = metaBody(line, [...told, ...waiting])
    return id().charAt(5) === '7' ? [body, body] : [body]
  },
  sign: metaHeaders,
  retries: [1_000, 10_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS],
}

export interface MetaChange {
  field: string
  value: Record<string, unknown>
  /** `entry.time`, in seconds; for what concerns the account. */
  time?: number
}

/** One delivery of any changes of one line, for tests. */
export function metaDelivery(secret: string, line: Line, changes: MetaChange[]): SimulatedDelivery {
  const body = metaBody(line, changes)
  return { session: line.name, headers: metaHeaders(secret, body), body }
}

/** Each line is a number of a business account of its own; changes of one moment share an entry. */
export function metaBody(line: Line, changes: MetaChange[]): string {
  const entries = new Map<number | undefined, { field: string; value: unknown }[]>()
  for (const { field, value, time } of changes) entries.set(time, [...(entries.get(time) ?? []), { value, field }])
  const entry = [...entries].map(([time, list]) => ({ id: idOf(line, 'account'), ...(time === undefined ? {} : { time }), changes: list }))
  return escaped(JSON.stringify({ object: 'whatsapp_business_account', entry }))
}

/** A change of the field `messages`, with what every one of them carries. */
export function metaMessages(line: Line, value: Record<string, unknown>, talk?: Talk): MetaChange {
  return { field: 'messages', value: { ...metaOf(line), ...(talk ? { contacts: [contactOf(talk)] } : {}), ...value } }
}

/** `wamid.` and base64, made of the id that WhatsApp uses between its clients. */
export function wamidOf(id: string): string {
  return `wamid.${Buffer.from(id).toString('base64')}`
}

/** PHP's way of writing JSON: the signature is over these bytes. */
function escaped(json: string): string {
  return json.replaceAll('/', '\\/').replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function metaHeaders(secret: string, body: string): Record<string, string> {
  return {
    accept: '*/*',
    'accept-encoding': 'deflate, gzip',
    'content-type': 'application/json',
    'user-agent': 'facebookexternalua',
    'x-hub-signature': `sha1=${new Bun.CryptoHasher('sha1', secret).update(body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${new Bun.CryptoHasher('sha256', secret).update(body).digest('hex')}`,
  }
}

/** Updates that wait to be posted with the next. */
const bundles = new WeakMap<Line, MetaChange[]>()
/** Lines whose account is disabled. */
const disabled = new WeakSet<Line>()

const STATUS_OF: Record<number, string> = { [-1]: 'failed', 1: 'sent', 2: 'delivered', 3: 'read', 4: 'played' }

function tell(line: Line, happening: Happening, at: number): MetaChange[] {
  const account = (value: Record<string, unknown>): MetaChange => ({ field: 'account_update', value, time: Math.floor(at / 1000) })
  switch (happening.kind) {
    // A number is not connected and has no code: only a ban, and its end, is told.
    case 'disconnected':
      if (happening.reason !== 'logged_out') return []
      disabled.add(line)
      return [account({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: dateOf(at) } })]
    case 'connected':
      if (!disabled.delete(line)) return []
      return [account({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE', waba_ban_date: dateOf(at) } })]
    case 'auth_failure':
      return [account({ event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'SPAM' } })]
    default:
      return tellTalk(line, happening, at)
  }
}

function tellTalk(line: Line, happening: Happening, at: number): MetaChange[] {
  const incoming = (talk: Talk, carrier: string, message: Record<string, unknown>) => [
    metaMessages(line, { messages: [{ from: digits(talk.author ?? talk.chat), id: wamidOf(carrier), timestamp: seconds(at), ...message }] }, talk),
  ]
  switch (happening.kind) {
    case 'message': {
      const { talk } = happening
      return talk.fromMe ? [] : incoming(talk, talk.id, contentOf(talk))
    }
    case 'ack': {
      const status = STATUS_OF[happening.ack]
      if (!happening.talk.fromMe || status === undefined) return []
      return [metaMessages(line, { statuses: [statusOf(happening.talk, status, at)] })]
    }
    case 'reaction': {
      const { talk, id, emoji } = happening
      const reaction = { message_id: wamidOf(talk.id), ...(emoji ? { emoji } : {}) }
      return incoming(talk, id, { type: 'reaction', reaction })
    }
    case 'edited': {
      const { talk } = happening
      const edit = { original_message_id: wamidOf(talk.id), message: { type: 'text', text: { body: talk.text } } }
      return talk.fromMe ? [] : incoming(talk, `${talk.id}${talk.text.length}`, { type: 'edit', edit })
    }
    case 'revoked': {
      const { talk, id } = happening
      return talk.fromMe ? [] : incoming(talk, id, { type: 'revoke', revoke: { original_message_id: wamidOf(talk.id) } })
    }
    case 'call': {
      const call = { id: `wacid.${happening.id}`, to: digits(line.account.id), from: digits(happening.from), event: 'connect', timestamp: seconds(at) }
      return [{ field: 'calls', value: { ...metaOf(line), calls: [{ ...call, direction: 'USER_INITIATED', session: { sdp_type: 'offer', sdp: 'v=0\r\n' } }] } }]
    }
    default:
      return []
  }
}

function contentOf(talk: Talk): Record<string, unknown> {
  if (!talk.media) return { type: 'text', text: { body: talk.text } }
  const type = talk.media.mimetype.startsWith('image/') ? 'image' : 'document'
  const sha256 = new Bun.CryptoHasher('sha256').update(talk.id).digest('base64')
  return { type, [type]: { caption: talk.text, mime_type: talk.media.mimetype, sha256, id: digitsOf(talk.id, 16) } }
}

function statusOf(talk: Talk, status: string, at: number): Record<string, unknown> {
  const told = { id: wamidOf(talk.id), status, timestamp: seconds(at), recipient_id: digits(talk.chat) }
  if (status !== 'failed') return { ...told, pricing: { billable: true, pricing_model: 'PMP', category: 'service', type: 'regular' } }
  return {
    ...told,
    errors: [{ code: 131026, title: 'Message undeliverable', message: 'Message undeliverable', error_data: { details: 'Message Undeliverable.' } }],
  }
}

function metaOf(line: Line): Record<string, unknown> {
  return { messaging_product: 'whatsapp', metadata: { display_phone_number: digits(line.account.id), phone_number_id: idOf(line, 'number') } }
}

function contactOf(talk: Talk): Record<string, unknown> {
  return { profile: { name: talk.name }, wa_id: digits(talk.author ?? talk.chat) }
}

/** Fifteen digits that stay with the line. */
function idOf({ account }: Line, what: string): string {
  return digitsOf(`${what} ${account.id}`, 15)
}

function digitsOf(seed: string, length: number): string {
  return `1${BigInt(`0x${new Bun.CryptoHasher('sha256').update(seed).digest('hex')}`).toString()}`.slice(0, length)
}

function digits(waId: string): string {
  return waId.slice(0, waId.indexOf('@'))
}

function seconds(at: number): string {
  return String(Math.floor(at / 1000))
}

function dateOf(at: number): string {
  return new Date(at).toLocaleDateString('en-US', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' })
}
