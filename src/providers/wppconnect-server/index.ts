import type { Provider } from '../provider'
import { sessionName } from '../read'
import { messageEvent } from './message'
import { envelope } from './payload'
import { sessionEvent } from './session'
import { surroundingEvent } from './surroundings'

/**
 * WPPConnect server. It signs nothing, sends no header of its own, numbers and times nothing, and posts once: arrival is the only
 * order, and the URL the only place for a secret (axios turns `user:password@` into HTTP Basic). Our 2xx to a message marks the
 * customer's chat as read unless `webhook.readMessage` is off.
 */
export const wppconnectServer: Provider = {
  id: 'wppconnect-server',
  label: 'WPPConnect server',
  schemes: [{ scheme: 'basic' }, { scheme: 'url', parameter: 'token' }, { scheme: 'url' }],
  postsOnce: true,

  recognises(_delivery, body) {
    if (!envelope.Check(body)) return 0
    const isNamed = typeof body.session === 'string'
    if (EVENTS.has(body.event)) return isNamed ? 1 : 0.9
    // Names that are not its own: the shape must at least be nobody else's.
    if (body.event === 'qrcode') return 'urlcode' in body ? 1 : 0
    if (body.event === 'location') return isNamed && 'msgId' in body ? 1 : 0
    return isNamed && ENVELOPES.every((name) => !(name in body)) ? 0.6 : 0
  },

  decode(_delivery, body) {
    if (!envelope.Check(body)) return { ok: false, reason: 'no "event": this is not what WPPConnect server sends' }
    const events = [sessionEvent(body.event, body) ?? messageEvent(body.event, body) ?? surroundingEvent(body.event, body)]
    return { ok: true, parts: [{ session: sessionName(body.session), events }] }
  },
}

const EVENTS = new Set([
  ...['status-find', 'phoneCode', 'closesession', 'logoutsession'],
  ...['onmessage', 'onselfmessage', 'unreadmessages', 'onack', 'onrevokedmessage', 'onreactionmessage'],
  ...['incomingcall', 'onpresencechanged', 'onparticipantschanged', 'onupdatelabel', 'onpollresponse'],
])

/** Where other senders that name an event and a session put what happened. */
const ENVELOPES = ['payload', 'data', 'instance', 'sessionId', 'webhookId', 'webhook_id', 'device_id']
