import type { DecodedEvent, EventType, Reason, SessionFacts, Status } from '../../domain/event'
import { digestOf, event, keyOf, withSession } from '../event'
import { type Fields, fields, instant, put, text, waId } from '../read'
import { detailOf } from './detail'
import { failureOf } from './message'
import type { Change } from './payload'

/** What concerns the account or a number as such; a field that Meta adds later is `other`. */
export function accountEvent(change: Change): DecodedEvent {
  const { field, value, at } = change
  const word = text(value.event, 60)
  // `DISABLED_UPDATE` is three things: the ban's own word says which.
  const meaning = field === 'account_update' ? UPDATES.get(text(fields(value.ban_info).waba_ban_state, 60) ?? word ?? '') : undefined
  const type = meaning === undefined ? (TYPES.get(field) ?? 'other') : 'session.state'
  const decoded = event(type, word === undefined ? field : `${field}.${word}`, keyFor(change), at, true)
  const facts: SessionFacts = { ...meaning }
  put(facts, 'detail', detailOf(field, value))
  return withSession(decoded, facts)
}

/** `errors[]` beside messages: what went wrong with the number or the app, not with one message. Without an identity. */
export function errorEvent(change: Change, error: unknown): DecodedEvent {
  const decoded = event('account.error', 'messages.errors', null, change.at, true)
  const words = failureOf([error])
  if (words !== undefined) decoded.session = { detail: words.slice(0, 500).toWellFormed() }
  return decoded
}

/** `user_preferences[]`: a customer stops or resumes marketing messages. */
export function preferenceEvent(field: string, preference: Fields): DecodedEvent {
  const at = instant(preference.timestamp)
  const chat = waId(preference.wa_id) ?? waId(preference.user_id)
  const words = `${text(preference.category, 60) ?? 'preference'}: ${text(preference.value, 60) ?? 'unknown'}`
  const decoded = event('contact.preference', field, at === undefined ? null : keyOf(`${field}:${chat ?? ''}:${at}:${words}`), at, true)
  put(decoded, 'chat', chat)
  decoded.session = { detail: words }
  return decoded
}

/**
 * What an `account_update` means for the numbers of the account. Nothing is posted when a number works, so these are the only words
 * that Meta has for it; restrictions leave the number able to answer. An update that is not listed is `account.update`.
 */
const UPDATES = new Map<string, { status?: Status; reason?: Reason }>([
  ['DISABLE', { status: 'disconnected', reason: 'banned' }],
  ['DISABLED_UPDATE', { status: 'disconnected', reason: 'banned' }],
  ['SCHEDULE_FOR_DISABLE', {}],
  ['ACCOUNT_DELETED', { status: 'disconnected', reason: 'logged_out' }],
  ['ACCOUNT_OFFBOARDED', { status: 'disconnected', reason: 'logged_out' }],
  ['PARTNER_REMOVED', { status: 'disconnected', reason: 'logged_out' }],
  ['PARTNER_APP_UNINSTALLED', { status: 'disconnected', reason: 'logged_out' }],
  ['REINSTATE', { status: 'connected' }],
  ['ACCOUNT_RECONNECTED', { status: 'connected' }],
  ['ACCOUNT_RESTRICTION', {}],
  ['ACCOUNT_VIOLATION', {}],
])

const TYPES = new Map<string, EventType>([
  ['account_update', 'account.update'],
  ['account_alerts', 'account.alert'],
  ['account_review_update', 'account.review'],
  ['account_settings_update', 'account.settings'],
  ['business_capability_update', 'account.capability'],
  ['business_status_update', 'account.business_status'],
  ['message_template_status_update', 'account.template_status'],
  ['message_template_quality_update', 'account.template_quality'],
  ['message_template_components_update', 'account.template_components'],
  ['template_category_update', 'account.template_category'],
  ['phone_number_name_update', 'account.name'],
  ['phone_number_quality_update', 'account.quality'],
  ['payment_configuration_update', 'account.payment_configuration'],
  ['partner_solutions', 'account.partner_solution'],
  ['security', 'account.security'],
  ['flows', 'account.flow'],
  ['tracking_events', 'account.tracking'],
  ['automatic_events', 'chat.automatic_event'],
  ['history', 'chat.history'],
  ['smb_app_state_sync', 'contact.synced'],
])

/** Meta repeats for up to seven days and numbers nothing: the second and the content are the identity, where there is a time. */
function keyFor({ field, value, account, at }: Change): string | null {
  return at === undefined ? null : keyOf(`${field}:${account ?? ''}:${at}:${digestOf(written(value))}`)
}

function written(value: Fields): string {
  try {
    return JSON.stringify(value)
  } catch {
    return '' // nested too deeply; its second must do
  }
}
