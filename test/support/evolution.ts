/** What Evolution API's provider makes of one event. */
import type { DecodedEvent } from '../../src/domain/event'
import { evolutionApi } from '../../src/providers/evolution-api'
import { deliveryOf } from '../providers/samples'

export const STAMP = '2026-11-23T16:07:35.583Z'
export const OWN = '5511987654321@s.whatsapp.net'
export const CHAT = '5511960000001@s.whatsapp.net'

export function decodeAll(event: string, data: unknown, envelope: object = {}): DecodedEvent[] {
  const decoded = evolutionApi.decode(deliveryOf(''), { event, instance: 'demo', data, date_time: STAMP, sender: OWN, ...envelope })
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts.flatMap((part) => part.events)
}

export function decode(event: string, data: unknown, envelope: object = {}): DecodedEvent {
  const [only, ...others] = decodeAll(event, data, envelope)
  if (only === undefined || others.length > 0) throw new Error('not one event')
  return only
}
