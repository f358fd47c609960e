import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What `-w` posts once the session is logged in (src/api/Client.ts:4780-4855, prepEventData):
 * `{"ts","sessionId","id","event","data","webhook_id"}`. `data` is an object, a text, a number or `true`.
 */
export const listenerEnvelope = Compile(
  Type.Object(
    {
      event: Type.String({ pattern: '^on[A-Z]' }),
      data: Type.Unknown(),
      webhook_id: Type.Optional(Type.Unknown()),
      id: Type.Optional(Type.Unknown()),
      ts: Type.Optional(Type.Unknown()),
      sessionId: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What `--ev` and `--ready-webhook` post (src/cli/index.ts): `{"ts","data","sessionId","namespace"}`. */
export const launchEnvelope = Compile(
  Type.Object(
    {
      namespace: Type.String({ minLength: 1 }),
      data: Type.Unknown(),
      ts: Type.Optional(Type.Unknown()),
      sessionId: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What every event of the listeners shares. */
export interface Listened {
  /** `onMessage` … */
  name: string
  /** Made anew for each post: two webhooks get two ids for one happening. */
  id: string | undefined
  /** When it was posted; arrival orders, since nobody signs it and nothing is repeated. */
  at: number | undefined
}
