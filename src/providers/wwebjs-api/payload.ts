import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * `{"dataType":…,"data":…,"sessionId":…}`, in that order; `data` is absent for `ready` and `authenticated`. There is no id, no
 * time and no sequence (wwebjs-api src/utils.js:9-15, whatsapp-api src/utils.js:5-8). Only `dataType` is essential: the
 * session is usually in the URL too.
 */
export const envelope = Compile(
  Type.Object(
    { dataType: Type.String({ minLength: 1 }), data: Type.Optional(Type.Unknown()), sessionId: Type.Optional(Type.Unknown()) },
    { additionalProperties: true },
  ),
)
