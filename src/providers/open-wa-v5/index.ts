import type { Provider } from '../provider'
import { fields, instant, sessionName, text } from '../read'
import { messageEvent } from './message'
import { type Envelope, envelope } from './payload'
import { sessionEvent } from './session'
import { surroundingEvent } from './surroundings'

/**
 * open-wa 5 (alpha). It signs nothing; headers are set by its configuration. Four attempts with the same bytes, ten at once: its
 * own time orders them.
 */
export const openWaV5: Provider = {
  id: 'open-wa-v5',
  label: 'open-wa 5',
  schemes: [{ scheme: 'api-key', header: 'x-api-key' }, { scheme: 'api-key', header: 'x-webhook-secret' }, { scheme: 'basic' }],

  recognises(_delivery, body) {
    if (!envelope.Check(body)) return 0
    return typeof body.sessionId === 'string' && typeof body.timestamp === 'number' ? 1 : 0.8
  },

  decode(_delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "webhookId" with an "event" and a "payload": this is not what open-wa 5 sends' }
    const payload = fields(body.payload)
    const shared: Envelope = {
      name: text(body.event, 100) ?? 'unknown',
      at: instant(body.timestamp),
      correlation: text(payload.correlationId) ?? text(fields(payload.ctx).correlationId) ?? '',
    }
    const decoded = sessionEvent(shared, payload) ?? messageEvent(shared, payload) ?? surroundingEvent(shared, payload)
    return { ok: true, parts: [{ session: sessionName(body.sessionId) ?? sessionName(payload.sessionId), events: [decoded] }] }
  },
}
