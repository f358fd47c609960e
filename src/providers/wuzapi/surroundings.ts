import type { CallFacts, DecodedEvent, EventType } from '../../domain/event'
import { digestOf, event, keyOf } from '../event'
import { outlineOf } from '../outline'
import { type Fields, fields, instant, isObject, put, text } from '../read'
import { jid, type Posted } from './payload'

/** Calls, groups, contacts, labels, channels, presence and the account; anything else is `other`. */
export function surroundingEvent({ type, all }: Posted): DecodedEvent {
  const inside = fields(all.event)
  const call = type.startsWith('Call') ? callEvent(type, inside) : null
  if (call !== null) return call
  const at = instant(inside.Timestamp) ?? instant(inside.Time)
  const decoded = event(typeOf(type, inside), type, keyFor(type, inside, at), at)
  put(decoded, 'chat', chatOf(type, inside))
  return decoded
}

/** What happened in a certain second and has these words happened once; without a second it may happen again. */
function keyFor(type: string, inside: Fields, at: number | undefined): string | null {
  return at === undefined ? null : keyOf(`${type}:${at}:${digestOf(outlineOf(inside))}`)
}

const TYPES = new Map<string, EventType>([
  ['Presence', 'presence.update'],
  ['ChatPresence', 'presence.update'],
  ['JoinedGroup', 'group.join'],
  ['Blocklist', 'contact.blocklist'],
  ['UserAbout', 'contact.changed'],
  ['IdentityChange', 'contact.identity_changed'],
  ['PrivacySettings', 'account.privacy'],
  ['PushNameSetting', 'account.push_name'],
  ['AppState', 'account.app_state'],
  ['AppStateSyncComplete', 'account.app_state_synced'],
  ['OfflineSyncPreview', 'account.offline_sync_preview'],
  ['OfflineSyncCompleted', 'account.offline_sync_completed'],
  ['HistorySync', 'chat.history'],
  ['NewsletterJoin', 'chat.newsletter_joined'],
  ['NewsletterLeave', 'chat.newsletter_left'],
  ['NewsletterMuteChange', 'chat.newsletter_muted'],
  ['NewsletterLiveUpdate', 'chat.newsletter_update'],
])

function typeOf(type: string, inside: Fields): EventType {
  const action = fields(inside.Action)
  switch (type) {
    case 'GroupInfo':
      return groupType(inside)
    case 'Picture':
      return chatOf(type, inside)?.endsWith('@g.us') === true ? 'group.update' : 'contact.changed'
    case 'BlocklistChange':
      return inside.Action === 'unblock' ? 'contact.unblocked' : 'contact.blocked'
    case 'LabelEdit':
      return action.deleted === true ? 'label.deleted' : 'label.upsert'
    case 'LabelAssociationChat':
      return action.labeled === false ? 'label.chat_deleted' : 'label.chat_added'
    case 'LabelAssociationMessage':
      return action.labeled === false ? 'label.message_deleted' : 'label.message_added'
    default:
      return TYPES.get(type) ?? 'other'
  }
}

/** whatsmeow's GroupInfo has a field for everything that can change, and null in those that did not. */
function groupType({ Join, Leave, Promote, Demote }: Fields): EventType {
  if (hasMembers(Join)) return 'group.join'
  if (hasMembers(Leave)) return 'group.leave'
  return hasMembers(Promote) || hasMembers(Demote) ? 'group.admin_changed' : 'group.update'
}

function hasMembers(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

function chatOf(type: string, inside: Fields): string | undefined {
  if (type === 'Presence') return jid(inside.From)
  if (type.startsWith('Newsletter')) return jid(inside.JID) ?? jid(inside.id) ?? jid(inside.ID)
  return jid(inside.Chat) ?? jid(inside.JID)
}

const PHASES = new Map([
  ['CallOffer', 'received'],
  ['CallOfferNotice', 'received'],
  ['CallAccept', 'accepted'],
  ['CallPreAccept', 'ringing'],
  ['CallReject', 'rejected'],
  ['CallTerminate', 'ended'],
])

/** Nobody answered when it ended by itself. Null for what is no phase of a call, such as the latency of a relay. */
function callEvent(type: string, inside: Fields): DecodedEvent | null {
  const id = text(inside.CallID)
  const at = instant(inside.Timestamp)
  if (id === undefined) return null
  const phase = type === 'CallTerminate' && inside.Reason === 'timeout' ? 'missed' : PHASES.get(type)
  // Told by each relay, several times a call.
  if (phase === undefined) return event('call.latency', type, null, at)
  const call: CallFacts = { id, group: jid(inside.GroupJID) !== undefined || inside.Type === 'group' }
  put(call, 'from', jid(inside.CallCreator) ?? jid(inside.From))
  if (inside.Media !== undefined) call.video = inside.Media === 'video'
  else if (isObject(inside.Data) && hasVideo(inside.Data)) call.video = true
  const decoded = event(`call.${phase}`, type, keyOf(`call:${id}:${type}`), at)
  decoded.call = call
  return decoded
}

/** An offer is told as WhatsApp's own node: it has a child `video` where it is one. */
function hasVideo({ Content }: Fields): boolean {
  return Array.isArray(Content) && Content.slice(0, 50).some((node) => fields(node).Tag === 'video')
}
