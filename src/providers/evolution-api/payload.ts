import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Delivery } from '../../domain/delivery'
import { keyOf } from '../event'
import { type Fields, fields, text } from '../read'

/**
 * `{"event","instance","data","destination","date_time","sender","server_url","apikey"}`
 * (src/api/integrations/event/webhook/webhook.controller.ts:57-304). `data` is an object, an array or null. The `error` event is
 * posted by main.ts:78-108 instead: no `instance`, and the global key as `api_key`. 1.x has no `sender`.
 */
export const envelope = Compile(
  Type.Object(
    {
      event: Type.String({ minLength: 1 }),
      data: Type.Optional(Type.Unknown()),
      instance: Type.Optional(Type.Unknown()),
      date_time: Type.Optional(Type.Unknown()),
      sender: Type.Optional(Type.Unknown()),
      server_url: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What all that one delivery tells has in common. */
export interface Emitted {
  /** `messages.upsert` … */
  name: string
  /**
   * `date_time`: the sender's local wall time under a false Z (channel.service.ts:436-438), so never a time to order by. But it is
   * taken once per happening: every attempt, and the copies for the global and the instance's own webhook, carry the same one.
   */
  stamp: string | undefined
  /** The account's own id. */
  own: string | undefined
}

/** The key of what has no identity but the moment in which it was told; null where the moment is not told either. */
export function momentKey({ name, stamp }: Emitted, ...facts: (string | number | boolean | undefined)[]): string | null {
  return stamp === undefined ? null : keyOf([name, stamp, ...facts.map((fact) => fact ?? '')].join(':'))
}

/**
 * Whether the URL's session is only the event's name: `byEvents` appends it, with dashes, to a URL that names no session
 * (`…/webhook/connection-update`).
 */
export function isAppended(delivery: Delivery, event: string): boolean {
  return delivery.pathSession === event.replace(/[._]/g, '-').toLowerCase()
}

/** Baileys counts in 64 bits: JSON of it is a number, its digits, or `{low, high, unsigned}`. */
export function long(value: unknown): unknown {
  const { low, high } = fields(value)
  return typeof low === 'number' && typeof high === 'number' ? high * 2 ** 32 + (low >>> 0) : value
}

/** The key of a message: `{remoteJid, fromMe, id, participant?}`. */
export function keyFields(item: Fields): Fields {
  return fields(item.key)
}

export function eventName(value: string): string {
  return text(value, 100) ?? 'unknown'
}
