import type { DecodedEvent } from '../../domain/event'
import { event } from '../event'
import type { Provider } from '../provider'
import { fields, sessionName } from '../read'
import { messageEvent } from './message'
import { envelope } from './payload'
import { sessionEvent } from './session'
import { surroundingEvent } from './surroundings'

/**
 * wwebjs-api (avoylenko, whatsapp-web.js 1.34) and its predecessor whatsapp-api (chrishubert, 1.26). It neither signs, nor
 * numbers, nor times, nor repeats its deliveries: arrival is the only order, and what is not kept the first time is lost.
 */
export const wwebjsApi: Provider = {
  id: 'wwebjs-api',
  label: 'wwebjs-api / whatsapp-api',
  schemes: [{ scheme: 'api-key', header: 'x-api-key' }],
  postsOnce: true,

  recognises(_delivery, body) {
    return envelope.Check(body) ? 1 : 0
  },

  decode(_delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "dataType": this is not what wwebjs-api sends' }
    return { ok: true, parts: [{ session: sessionName(body.sessionId), events: [decodeEvent(body.dataType, body.data)] }] }
  },
}

function decodeEvent(dataType: string, data: unknown): DecodedEvent {
  const inside = fields(data)
  return messageEvent(dataType, inside) ?? sessionEvent(dataType, data) ?? surroundingEvent(dataType, inside) ?? event('other', dataType, null)
}
