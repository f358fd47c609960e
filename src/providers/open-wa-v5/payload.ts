import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * `{"webhookId","sessionId","event","payload","timestamp"}` (integrations/webhook/src/plugin.ts). `webhookId` is the plugin's own
 * instance, made anew at each start, not an id of the delivery. WAHA has `event` and `payload` too, but no `webhookId`.
 */
export const envelope = Compile(
  Type.Object(
    {
      webhookId: Type.String({ minLength: 1 }),
      event: Type.String({ minLength: 1 }),
      payload: Type.Unknown(),
      sessionId: Type.Optional(Type.Unknown()),
      timestamp: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What the events of one delivery share. */
export interface Envelope {
  /** `session.state.changed` …, storable. */
  name: string
  /**
   * When it happened, in milliseconds: taken before the delivery is queued, so that retries (1, 2, 4 s later) and what a durable
   * queue sends after a restart still stand where they belong.
   */
  at: number | undefined
  /** Tells happenings of one millisecond apart. */
  correlation: string
}
