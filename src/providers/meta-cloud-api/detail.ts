import { type Fields, fields, instant, text } from '../read'

/** What a change of the account says, in a line for people; undefined where its name says it all. At most 500 characters. */
export function detailOf(field: string, value: Fields): string | undefined {
  const words = DETAILS[field]?.(value)
  const line = words?.filter((word) => word !== undefined && word !== '').join(' ')
  return line === undefined || line === '' ? undefined : text(line, 500)
}

type Words = (string | undefined)[]

const DETAILS: Record<string, ((value: Fields) => Words) | undefined> = Object.assign(Object.create(null), {
  account_update: updateWords,
  account_alerts: alertWords,
  account_review_update: (value: Fields) => [text(value.decision)],
  business_capability_update: (value: Fields) => Object.entries(value).map(([name, limit]) => (typeof limit === 'number' ? `${name}: ${limit}` : undefined)),
  message_template_status_update: (value: Fields) => [...templateWords(value), text(value.event), reasonOf(value)],
  message_template_quality_update: (value: Fields) => [...templateWords(value), change(value.previous_quality_score, value.new_quality_score)],
  template_category_update: (value: Fields) => [...templateWords(value), change(value.previous_category, value.new_category)],
  phone_number_name_update: (value: Fields) => [text(value.display_phone_number), text(value.requested_verified_name), text(value.decision)],
  phone_number_quality_update: (value: Fields) => [
    text(value.display_phone_number),
    text(value.event),
    // Replaces current_limit from 2026-02 on; both are sent meanwhile.
    text(value.max_daily_conversations_per_business) ?? text(value.current_limit),
  ],
  security: (value: Fields) => [text(value.display_phone_number), text(value.event)],
})

function updateWords(value: Fields): Words {
  const ban = fields(value.ban_info)
  const restrictions = Array.isArray(value.restriction_info) ? (value.restriction_info as unknown[]).slice(0, 20).map(restrictionWord) : []
  const violation = text(fields(value.violation_info).violation_type)
  const cause = text(fields(value.disconnection_info).reason)
  const disabled = [text(ban.waba_ban_state), text(ban.waba_ban_date)].filter((word) => word !== undefined).join(' of ')
  return [text(value.event), disabled, restrictions.filter((word) => word !== undefined).join(', '), violation, cause]
}

/** `RESTRICTED_BIZ_INITIATED_MESSAGING until 2026-08-23T14:30:00.000Z` */
function restrictionWord(value: unknown): string | undefined {
  const { restriction_type, expiration } = fields(value)
  const until = instant(expiration)
  const word = text(restriction_type)
  return word === undefined || until === undefined ? word : `${word} until ${new Date(until).toISOString()}`
}

/** Newer versions put it on the value itself. */
function alertWords(value: Fields): Words {
  const nested = fields(value.alert_info)
  const alert = nested.alert_type === undefined ? value : nested
  return [text(alert.alert_severity), text(alert.alert_type), text(alert.alert_description, 300)]
}

function templateWords(value: Fields): Words {
  const language = text(value.message_template_language)
  return [text(value.message_template_name), language === undefined ? undefined : `(${language})`]
}

function reasonOf(value: Fields): string | undefined {
  const reason = text(value.reason)
  return reason === 'NONE' ? undefined : (text(fields(value.rejection_info).reason, 300) ?? reason)
}

function change(from: unknown, to: unknown): string | undefined {
  return [text(from), text(to)].filter((word) => word !== undefined).join(' → ') || undefined
}
