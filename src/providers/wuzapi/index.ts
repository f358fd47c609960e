import type { DecodedEvent } from '../../domain/event'
import type { Provider } from '../provider'
import { messageEvents } from './message'
import { type Posted, postedEvent, postedForm, readPosted } from './payload'
import { sessionEvent } from './session'
import { surroundingEvent } from './surroundings'

/**
 * wuzapi (whatsmeow). It signs the body as sent, a form by default, with a key of each user's own; numbers and orders nothing, and
 * posts up to five times within seven and a half minutes whatever is not answered with 2xx. Its global webhook has a key of its own
 * and posts everything a second time.
 */
export const wuzapi: Provider = {
  id: 'wuzapi',
  label: 'wuzapi',
  schemes: [{ scheme: 'hmac', header: 'x-hmac-signature', algorithm: 'sha256', encoding: 'hex' }],

  recognises(delivery, body) {
    const isSigned = delivery.headers['x-hmac-signature'] !== undefined
    if (postedForm.Check(body)) {
      if (!/^\s*\{/.test(body.jsonData)) return 0
      return 'instanceName' in body || 'userID' in body || 'token' in body || isSigned ? 1 : 0.6
    }
    if (!postedEvent.Check(body)) return 0
    if ('instanceName' in body && 'userID' in body) return 1
    return isSigned ? 0.8 : 0
  },

  decode(_delivery, body) {
    const posted = readPosted(body)
    if (posted === null) return { ok: false, reason: 'no "type" with an "event", as JSON or in a form\'s "jsonData": this is not what wuzapi sends' }
    return { ok: true, parts: [{ session: posted.session, events: decodeEvents(posted) }] }
  },
}

function decodeEvents(posted: Posted): DecodedEvent[] {
  const session = sessionEvent(posted)
  if (session !== null) return [session]
  const messages = messageEvents(posted)
  return messages.length > 0 ? messages : [surroundingEvent(posted)]
}
