import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Fields, fields, sessionName, text, waId } from '../read'

/**
 * `{"event","instanceName","type","userID", …}` with WEBHOOK_FORMAT=json; the same without the two names as the text `jsonData` of
 * a form, beside them, by default (helpers.go:243-330). `event` is whatsmeow's struct, or a word for what wuzapi made itself.
 * Until 2025 the form had `token`, the user's key to the REST API, instead of the names (issue #205).
 */
export const postedEvent = Compile(Type.Object({ type: Type.String({ minLength: 1 }), event: Type.Unknown() }, { additionalProperties: true }))
export const postedForm = Compile(Type.Object({ jsonData: Type.String({ minLength: 2 }) }, { additionalProperties: true }))

/** One event as posted, however it was encoded. */
export interface Posted {
  /** `Message`, `Connected` …, storable. */
  type: string
  /** Everything beside the event: `state`, `base64`, `qrCodeBase64` … */
  all: Fields
  session: string | null
}

/** Null when it is not wuzapi's. */
export function readPosted(body: unknown): Posted | null {
  if (!postedForm.Check(body)) return postedOf(body, fields(body).instanceName)
  let data: unknown
  try {
    data = JSON.parse(body.jsonData)
  } catch {
    return null
  }
  return postedOf(data, fields(body).instanceName ?? fields(data).instanceName)
}

function postedOf(value: unknown, instance: unknown): Posted | null {
  if (!postedEvent.Check(value)) return null
  return { type: text(value.type, 100) ?? 'unknown', all: value, session: sessionName(instance) }
}

/** A JID without the number of the device (`5511998877665:12@s.whatsapp.net`): which of them it was is nobody's concern here. */
export function jid(value: unknown): string | undefined {
  return waId(value)?.replace(/(?:\.\d+)?:\d+@/, '@')
}
