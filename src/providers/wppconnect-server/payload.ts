import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * `{"event","session", …}`: the event's own fields are merged flat into the envelope (src/util/functions.ts:117-159), so that one of
 * them called `event` or `session` would win. `session` is missing in status-find and qrcode of 2.2 to 2.7 (#1133, #1405, #1931).
 */
export const envelope = Compile(Type.Object({ event: Type.String({ minLength: 1 }), session: Type.Optional(Type.Unknown()) }, { additionalProperties: true }))
