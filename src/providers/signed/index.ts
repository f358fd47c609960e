import type { Delivery } from '../../domain/delivery'
import { type DecodedEvent, isMessageEvent, isSessionEvent } from '../../domain/event'
import { STANDARD_TOLERANCE_MS } from '../../signing/scheme'
import { digestOf, event, keyOf, withSession } from '../event'
import type { Provider } from '../provider'
import { type Fields, fields, instant, sessionName, text, waId } from '../read'
import { callFacts, messageFacts } from './message'
import { envelope, eventType, isDocumented } from './payload'
import { sessionFacts, typeOfStatus } from './session'

/** Anyone's own sender: the envelope that we document (docs/providers/signed.md), signed by Standard Webhooks or a plain HMAC. */
export const signed: Provider = {
  id: 'signed',
  label: 'Your own sender (signed)',
  schemes: [
    { scheme: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS },
    { scheme: 'hmac', header: 'x-webhook-signature', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: true } },
  ],

  recognises(delivery, body) {
    if (!envelope.Check(body)) return 0
    const numbered = webhookId(delivery) !== undefined
    if (isDocumented(body.type)) return numbered ? 1 : 0.8
    return numbered ? 0.6 : 0
  },

  decode(delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "type": this is not the envelope of docs/providers/signed.md' }
    const data = fields(body.data)
    const at = instant(body.timestamp) ?? instant(delivery.headers[isSvix(delivery) ? 'svix-timestamp' : 'webhook-timestamp'])
    const decoded = decodeEvent(body.type, data, at)
    const id = webhookId(delivery) ?? text(body.id, 4000)
    decoded.key = id === undefined ? ownKey(decoded) : keyOf(`webhook:${id}`)
    return { ok: true, parts: [{ session: sessionName(data.sessionId), events: [decoded] }] }
  },
}

function decodeEvent(word: string, data: Fields, at: number | undefined): DecodedEvent {
  const type = word === 'session.status' ? typeOfStatus(data.status) : eventType(word)
  const decoded = event(type, word, null, at, true)
  if (isSessionEvent(type)) {
    withSession(decoded, sessionFacts(type, data))
  } else if (isMessageEvent(type)) {
    const facts = messageFacts(data)
    if (facts === null) decoded.type = 'other'
    else decoded.message = facts
  } else {
    const call = type.startsWith('call.') ? callFacts(data) : undefined
    const chat = waId(data.chat)
    if (call !== undefined) decoded.call = call
    if (chat !== undefined) decoded.chat = chat
  }
  return decoded
}

/** Only the id of the set of headers whose signature is checked: the other set may have been added by anyone on the way. */
function webhookId(delivery: Delivery): string | undefined {
  return text(delivery.headers[isSvix(delivery) ? 'svix-id' : 'webhook-id'], 4000)
}

function isSvix(delivery: Delivery): boolean {
  return delivery.headers['svix-signature'] !== undefined
}

/** A sender that numbers nothing: only what is told of a message has an identity of its own. */
function ownKey(decoded: DecodedEvent): string | null {
  const { message, type, occurredAt } = decoded
  if (message === undefined) return null
  const content = digestOf(JSON.stringify([message.ack, message.text, message.reaction, message.media]))
  return keyOf(`${type}:${message.id}:${type === 'message.reaction' || type === 'message.edited' ? occurredAt : ''}:${content}`)
}
