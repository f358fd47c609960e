import type { DecodedEvent, MessageFacts } from '../../domain/event'
import { event, keyOf } from '../event'
import { MAX_TEXT } from '../message'
import { type Fields, isObject, messageId, put, text } from '../read'

/**
 * `--twilio-webhook`: incoming messages as a form in the shape of Twilio's (src/cli/server.ts, setupTwilioCompatibleWebhook). It
 * names no session, and no time. Twilio itself has an AccountSid that begins with AC, and ids that WhatsApp does not know.
 */
export function isTwilioForm(body: unknown): body is Fields {
  if (!isObject(body) || typeof body.From !== 'string' || !body.From.startsWith('whatsapp:')) return false
  return typeof body.AccountSid === 'string' && /^\d+$/.test(body.AccountSid) && typeof body.MessageSid === 'string' && body.MessageSid.includes('_')
}

/** Has the key of `onMessage`: who uses both channels gets one event. */
export function twilioEvent(form: Fields): DecodedEvent | null {
  const found = messageId(form.MessageSid)
  if (found === undefined) return null
  const facts: MessageFacts = { ...found, fromMe: false }
  put(facts, 'from', jid(form.From))
  put(facts, 'to', jid(form.To))
  const mimetype = text(form.MediaContentType0, 100)
  facts.hasMedia = mimetype !== undefined
  // The text of an attachment is its thumbnail: Body is whatever comes first of place, body and caption.
  if (mimetype === undefined) put(facts, 'text', text(form.Body, MAX_TEXT))
  else {
    facts.media = { mimetype }
    put(facts.media, 'url', text(form.MediaUrl0, 2000))
  }
  if (form.Latitude !== undefined) facts.kind = 'location'
  const decoded = event('message.received', 'twilio', keyOf(`onMessage:${facts.id}`))
  decoded.message = facts
  return decoded
}

function jid(value: unknown): string | undefined {
  const digits = text(value)?.replace('whatsapp:', '')
  return digits === undefined || digits === '' ? undefined : /^\d+$/.test(digits) ? `${digits}@c.us` : digits
}
