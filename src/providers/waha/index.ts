import type { DecodedEvent } from '../../domain/event'
import type { Provider } from '../provider'
import { fields, instant, sessionName, text } from '../read'
import { messageEvent } from './message'
import { type Envelope, envelope } from './payload'
import { statusEvents } from './session'
import { surroundingEvent } from './surroundings'

/**
 * WAHA. It signs the raw body (HMAC-SHA512), numbers and times every event in the signed envelope, and repeats byte-identical
 * deliveries up to 15 times on any answer but 2xx. Posts run in parallel: its own time orders them.
 */
export const waha: Provider = {
  id: 'waha',
  label: 'WAHA',
  schemes: [{ scheme: 'hmac', header: 'x-webhook-hmac', algorithm: 'sha512', algorithmHeader: 'x-webhook-hmac-algorithm', encoding: 'hex' }],

  recognises(delivery, body) {
    if (!envelope.Check(body)) return 0
    if (typeof body.session === 'string' && (body.engine !== undefined || body.me !== undefined)) return 1
    return delivery.headers['user-agent']?.startsWith('WAHA/') === true ? 0.9 : 0.5
  },

  decode(_delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "event" with a "payload": this is not what WAHA sends' }
    const shared: Envelope = {
      name: text(body.event, 100) ?? 'unknown',
      id: text(body.id, 4000),
      at: instant(body.timestamp),
      me: body.me,
    }
    const events = decodeEvents(shared, body.payload)
    return { ok: true, parts: [{ session: sessionName(body.session) ?? sessionName(fields(body.payload).name), events }] }
  },
}

function decodeEvents(shared: Envelope, payload: unknown): DecodedEvent[] {
  const inside = fields(payload)
  if (shared.name === 'session.status') {
    const events = statusEvents(shared, inside)
    if (events.length > 0) return events
  }
  return [messageEvent(shared, inside) ?? surroundingEvent(shared, inside)]
}
