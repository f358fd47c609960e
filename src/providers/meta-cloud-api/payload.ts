import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Fields, fields, instant, sessionName, text } from '../read'

/**
 * `{"object":"whatsapp_business_account","entry":[{"id","time"?,"changes":[{"field","value"}]}]}`, in any order of keys. One
 * delivery carries up to 1,000 updates, of several changes, numbers and business accounts.
 * https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks
 */
export const envelope = Compile(
  Type.Object({ object: Type.Literal('whatsapp_business_account'), entry: Type.Array(Type.Unknown()) }, { additionalProperties: true }),
)

/** One change of one entry. */
export interface Change {
  /** `messages`, `calls`, `account_update` … */
  field: string
  value: Fields
  /** The WhatsApp business account. */
  account: string | undefined
  /** `entry.time` in milliseconds; Meta gives it with what concerns the account, not with messages. */
  at: number | undefined
}

/** All changes of a delivery, in their order. */
export function changesOf(entries: readonly unknown[]): Change[] {
  const found: Change[] = []
  for (const item of entries) {
    const entry = fields(item)
    if (!Array.isArray(entry.changes)) continue
    const account = sessionName(entry.id) ?? undefined
    const at = instant(entry.time)
    for (const change of entry.changes as unknown[]) {
      const { field, value } = fields(change)
      found.push({ field: text(field, 60) ?? 'unknown', value: fields(value), account, at })
    }
  }
  return found
}

/**
 * Which session a change is about: the phone number's id; that of the business account where Meta names no number by its id
 * (templates, account_update, quality and name of a number: these have only `entry.id`).
 */
export function sessionOf({ field, value, account }: Change): string | null {
  const number = sessionName(fields(value.metadata).phone_number_id)
  if (number !== null) return number
  if (field === 'account_alerts' && value.entity_type === 'PHONE_NUMBER') return sessionName(value.entity_id) ?? account ?? null
  return account ?? null
}
