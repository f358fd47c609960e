import { REASONS, type Reason, type SessionEventType, type SessionFacts, STATUSES, type Status } from '../../domain/event'
import { type Fields, fields, percent, put, qrText, text, waId } from '../read'

/** The event that `session.status` with `data.status` stands for: a sender may say where it is instead of what happened. */
export function typeOfStatus(status: unknown): SessionEventType {
  return (typeof status === 'string' ? BY_STATUS.get(status) : undefined) ?? 'session.state'
}

/** What `data` of a `session.*` event says. Fields that the type does not carry are left alone. */
export function sessionFacts(type: SessionEventType, data: Fields): SessionFacts {
  const facts: SessionFacts = {}
  put(facts, 'detail', text(data.detail, 500))
  switch (type) {
    case 'session.qr':
      put(facts, 'qr', qrText(data.qr))
      break
    case 'session.pairing_code':
      put(facts, 'pairingCode', text(data.pairingCode ?? data.code, 50))
      break
    case 'session.loading':
      put(facts, 'percent', percent(data.percent))
      put(facts, 'message', text(data.message))
      break
    case 'session.authenticated':
    case 'session.connected':
      put(facts, 'account', accountOf(data))
      break
    case 'session.state':
      put(facts, 'status', STATUSES.find((status) => status === data.status) ?? statusOf(data.status))
      put(facts, 'detail', facts.detail ?? text(data.status, 500))
      putReason(facts, data.reason)
      break
    case 'session.disconnected':
    case 'session.auth_failure':
      putReason(facts, data.reason)
      facts.reason ??= 'unknown'
  }
  return facts
}

const BY_STATUS = new Map<string, SessionEventType>([
  ['starting', 'session.connecting'],
  ['connecting', 'session.connecting'],
  ['qr', 'session.qr'],
  ['pairing_code', 'session.pairing_code'],
  ['loading', 'session.loading'],
  ['authenticated', 'session.authenticated'],
  ['connected', 'session.connected'],
  ['disconnected', 'session.disconnected'],
  ['auth_failure', 'session.auth_failure'],
])

function statusOf(word: unknown): Status | undefined {
  return word === 'connecting' ? 'starting' : undefined
}

/** A reason that we have no word for is `unknown`, and the sender's own word becomes the detail. */
function putReason(facts: SessionFacts, value: unknown): void {
  const word = text(value, 500)
  if (word === undefined) return
  const known: Reason | undefined = REASONS.find((reason) => reason === word)
  facts.reason = known ?? 'unknown'
  if (known === undefined) facts.detail ??= word
}

/** `account: {id, name}`, or just `phone` in digits. */
function accountOf(data: Fields): SessionFacts['account'] {
  const given = fields(data.account)
  const phone = text(data.phone, 40)?.replace(/^\+/, '')
  const id = waId(given.id) ?? (phone === undefined ? undefined : /^\d+$/.test(phone) ? `${phone}@c.us` : phone)
  if (id === undefined) return undefined
  const account: NonNullable<SessionFacts['account']> = { id }
  put(account, 'name', text(given.name))
  return account
}
