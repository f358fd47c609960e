import type { Provider } from '../provider'
import { fields, instant, isObject, sessionName, text, waId } from '../read'
import { messageEvents } from './message'
import { EVENTS, envelope, type Told } from './payload'
import { surroundingEvent } from './surroundings'

/**
 * GOWA (go-whatsapp-web-multidevice, whatsmeow). It signs the raw body and numbers nothing; five attempts with the same bytes within
 * 15 seconds, in parallel, then the event is lost. It posts no state of a session whatsoever: traffic is the evidence, and its REST
 * API answers the rest.
 */
export const gowa: Provider = {
  id: 'gowa',
  label: 'GOWA (go-whatsapp-web-multidevice)',
  // The header is Meta's too, and so is the form of its value; the bodies are not alike.
  schemes: [{ scheme: 'hmac', header: 'x-hub-signature-256', algorithm: 'sha256', encoding: 'hex', prefix: { text: 'sha256=', optional: false } }],

  recognises(delivery, body) {
    if (!envelope.Check(body) || !isObject(body.payload) || 'webhookId' in body) return 0
    const isKnown = EVENTS.has(body.event)
    if (typeof body.device_id === 'string') return isKnown ? 1 : 0.9
    // GOWA leaves it out while it does not know its own JID; older versions did not have it.
    return isKnown && delivery.headers['x-hub-signature-256'] !== undefined && !('session' in body) ? 0.8 : 0
  },

  decode(delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "event" with a "payload": this is not what GOWA sends' }
    const told: Told = { name: text(body.event, 100) ?? 'unknown', at: instant(body.timestamp), own: waId(body.device_id) }
    const payload = fields(body.payload)
    const messages = messageEvents(told, payload)
    // The JID names the account, not the device: it stands in only where nothing else says whose event this is.
    const session = sessionName(body.session_id) ?? (delivery.pathSession === null ? sessionName(body.device_id) : null)
    return { ok: true, parts: [{ session, events: messages.length > 0 ? messages : [surroundingEvent(told, payload)] }] }
  },
}
