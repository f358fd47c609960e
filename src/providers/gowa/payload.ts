import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * `{"device_id"?,"event","payload","session_id"?,"timestamp"?}` (docs/webhook-payload.md; infrastructure/whatsapp/webhook_forward.go).
 * `device_id` is the account's own JID, `session_id` the device's name in GOWA's REST API, absent where the JID belongs to none.
 * WAHA has `event`, `session` and `payload`; a `device_id` has only GOWA.
 */
export const envelope = Compile(
  Type.Object(
    {
      event: Type.String({ minLength: 1 }),
      payload: Type.Unknown(),
      device_id: Type.Optional(Type.Unknown()),
      session_id: Type.Optional(Type.Unknown()),
      timestamp: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** What all that one delivery tells has in common. */
export interface Told {
  /** `message.ack` …, storable. */
  name: string
  /**
   * RFC 3339 to the second, the same on every attempt. Absent for messages, which have a time of their own. WhatsApp hands over
   * after a reconnect what happened before it, so neither says in what order the session's states were: arrival does.
   */
  at: number | undefined
  /** The account's own JID. */
  own: string | undefined
}

/** All events that there are (docs/webhook-payload.md); none tells of a connection, a QR code or a logout (issue #430). */
export const EVENTS: ReadonlySet<string> = new Set([
  ...['message', 'message.reaction', 'message.revoked', 'message.edited', 'message.ack', 'message.deleted'],
  ...['chat_presence', 'group.participants', 'group.joined', 'label.edit', 'label.association', 'call.offer'],
  ...['newsletter.joined', 'newsletter.left', 'newsletter.message', 'newsletter.mute'],
])
