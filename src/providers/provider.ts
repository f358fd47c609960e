import type { Delivery } from '../domain/delivery'
import type { DecodedEvent } from '../domain/event'
import type { SchemeSetting } from '../signing/scheme'

/** What a provider makes of one delivery. */
export type Decoded =
  | {
      ok: true
      /** One entry per session the delivery speaks about; nearly always one. */
      parts: {
        /** Session named in the body; null when the body names none. */
        session: string | null
        /** The URL names another session than this part's, and must not win: one callback serves many numbers (Meta). */
        overridesUrl?: true
        events: DecodedEvent[]
      }[]
    }
  | { ok: false /** For the quarantine page: what could not be understood. */; reason: string }

/** A kind of WhatsApp API service. A value, not a class; pure: no I/O, no clock. */
export interface Provider {
  id: string
  label: string
  /** How its deliveries prove themselves by default; a source may narrow it. */
  schemes: readonly SchemeSetting[]
  /** 0 = surely not, 1 = surely mine. From headers and the shape of the parsed body. */
  recognises(delivery: Delivery, body: unknown): number
  /** It never posts again what was not answered 2xx: a delivery that is refused is lost. */
  postsOnce?: true
  /** How far back the times of its events are believed, in milliseconds; a day where it is absent. */
  latenessMs?: number
  /** `body` is the JSON value of `delivery.body`, parsed once by the caller. Unknown types become `other`, never an error. */
  decode(delivery: Delivery, body: unknown): Decoded
}
