import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * `{"id","timestamp","event","session","metadata"?,"me","payload","engine","environment"}` (src/core/abc/manager.abc.ts:244-267).
 * `id` and `timestamp` are absent before 2025.3, `payload.statuses` before 2025.9.4, `environment.worker` before 2026.1.4.
 * Only `event` and the presence of `payload` are essential: WPPConnect has `event` and `session` too, but no `payload`.
 */
export const envelope = Compile(
  Type.Object(
    {
      event: Type.String({ minLength: 1 }),
      payload: Type.Unknown(),
      id: Type.Optional(Type.Unknown()),
      timestamp: Type.Optional(Type.Unknown()),
      session: Type.Optional(Type.Unknown()),
      me: Type.Optional(Type.Unknown()),
      engine: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What every event of one delivery shares. */
export interface Envelope {
  /** The event's name, storable. */
  name: string
  /** `evt_<ulid>`. `message` and `message.any` of one message share it, so it is only unique together with the name. */
  id: string | undefined
  /** When it happened; signed, unlike the X-Webhook-Timestamp header. */
  at: number | undefined
  me: unknown
}
