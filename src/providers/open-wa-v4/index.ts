import type { DecodedEvent } from '../../domain/event'
import { event } from '../event'
import type { Provider } from '../provider'
import { fields, instant, sessionName, text } from '../read'
import { launchEvent } from './launch'
import { messageEvent } from './message'
import { type Listened, launchEnvelope, listenerEnvelope } from './payload'
import { sessionEvent } from './session'
import { surroundingEvent } from './surroundings'
import { isTwilioForm, twilioEvent } from './twilio'

/**
 * open-wa 4 (wa-automate). It signs nothing and repeats nothing; up to five posts run at once. Only a list of webhooks can have
 * headers: every other URL proves itself by its password, which axios turns into HTTP Basic.
 */
export const openWaV4: Provider = {
  id: 'open-wa-v4',
  label: 'open-wa 4 (wa-automate)',
  schemes: [{ scheme: 'api-key', header: 'x-api-key' }, { scheme: 'basic' }],
  postsOnce: true,

  recognises(_delivery, body) {
    if (listenerEnvelope.Check(body)) {
      if (typeof body.webhook_id === 'string') return 1
      return typeof body.ts === 'number' && typeof body.sessionId === 'string' ? 0.8 : 0
    }
    if (isTwilioForm(body)) return 0.9
    if (!launchEnvelope.Check(body) || typeof body.ts !== 'number') return 0
    return NAMESPACES.has(body.namespace) ? 1 : 0.7
  },

  decode(_delivery, body) {
    const events = decodeEvents(body)
    if (events === null)
      return { ok: false, reason: 'neither an "event" that begins with "on" nor a "namespace", with "data": this is not what open-wa 4 sends' }
    const envelope = fields(body)
    return { ok: true, parts: [{ session: sessionName(envelope.sessionId) ?? sessionName(fields(envelope.data).sessionId), events }] }
  },
}

/** Of `--ef`; the last two only when they are asked for. */
const NAMESPACES = new Set(['qr', 'qrUrl', 'STARTUP', 'MD_DETECT', 'READY', 'DebugInfo', 'sessionData', 'sessionDataBase64'])

function decodeEvents(body: unknown): DecodedEvent[] | null {
  if (listenerEnvelope.Check(body)) {
    const listened: Listened = { name: text(body.event, 100) ?? 'unknown', id: text(body.id, 4000), at: instant(body.ts) }
    const data = fields(body.data)
    return [sessionEvent(listened, body.data) ?? messageEvent(listened, data) ?? surroundingEvent(listened, body.data)]
  }
  if (isTwilioForm(body)) return [twilioEvent(body) ?? event('other', 'twilio', null)]
  return launchEnvelope.Check(body) ? [launchEvent(body.namespace, body.data, instant(body.ts))] : null
}
