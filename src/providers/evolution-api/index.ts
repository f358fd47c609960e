import type { DecodedEvent } from '../../domain/event'
import { JWT_LEEWAY_MS } from '../../signing/scheme'
import type { Decoded, Provider } from '../provider'
import { fields, sessionName, text, waId } from '../read'
import { messageEvent } from './message'
import { type Emitted, envelope, eventName, isAppended } from './payload'
import { sessionEvents } from './session'
import { surroundingEvent } from './surroundings'

/**
 * Evolution API 2 (Baileys). It signs nothing; an instance's webhook can have headers, and `jwt_key` among them becomes a token of
 * ten minutes that all ten attempts, over some twenty, share. The global webhook has nothing but its URL. Attempts are
 * byte-identical, and 400, 401, 403, 404 or 422 end them for good.
 */
export const evolutionApi: Provider = {
  id: 'evolution-api',
  label: 'Evolution API',
  schemes: [
    { scheme: 'jwt', leewayMs: JWT_LEEWAY_MS },
    { scheme: 'api-key', header: 'x-webhook-secret' },
    { scheme: 'api-key', header: 'x-api-key' },
    { scheme: 'basic' },
    { scheme: 'url', parameter: 'token' },
    { scheme: 'url' },
  ],

  recognises(_delivery, body) {
    if (!envelope.Check(body)) return 0
    if (body.event === 'error' && body.instance === undefined) return 'api_key' in body && 'server_url' in body ? 1 : 0
    if (typeof body.instance !== 'string') return 0
    if ('server_url' in body || 'date_time' in body) return 1
    return 'data' in body ? 0.7 : 0
  },

  decode(delivery, body): Decoded {
    if (!envelope.Check(body) || !('data' in body)) return { ok: false, reason: 'no "event" with "data": this is not what Evolution API sends' }
    const session = sessionName(body.instance)
    if (body.event === 'error' && session === null && delivery.pathSession === null) {
      return { ok: false, reason: 'an error report of Evolution API names no instance: give WEBHOOK_EVENTS_ERRORS_WEBHOOK a URL that ends with one' }
    }
    const emitted: Emitted = { name: eventName(body.event), stamp: text(body.date_time, 50), own: waId(body.sender) }
    // Several happenings in one array; an empty one is still something that was told.
    const items: unknown[] = Array.isArray(body.data) && body.data.length > 0 ? [...body.data] : [body.data]
    const events = items.flatMap((item) => decodeItem(emitted, item))
    const overrides = session !== null && isAppended(delivery, body.event)
    return { ok: true, parts: [{ session, ...(overrides ? { overridesUrl: true as const } : {}), events }] }
  },
}

function decodeItem(emitted: Emitted, item: unknown): DecodedEvent[] {
  const inside = fields(item)
  const events = sessionEvents(emitted, inside)
  return events.length > 0 ? events : [messageEvent(emitted, inside) ?? surroundingEvent(emitted, item)]
}
