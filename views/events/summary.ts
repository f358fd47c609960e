/** One line about an event, for lists. Private things are masked; the event's own page shows the whole. */

import type { Reason, Status } from '../../src/domain/event'
import type { EventRecord } from '../../src/domain/records'
import { maskId, maskText } from '../format'
import { REASON_WORDS, STATUS_LOOKS } from '../shared/status'

export function summaryOf(event: EventRecord): string {
  const { facts, type } = event
  if (type.startsWith('session.')) return sessionSummary(facts)
  if (type.startsWith('operator.')) return operatorSummary(facts)
  const parts: string[] = []
  if (event.chat) parts.push(maskId(event.chat))
  if (typeof facts.ack === 'number') parts.push(ackWord(facts.ack))
  if (event.text) parts.push(`“${maskText(event.text)}”`)
  else if (typeof facts.kind === 'string' && facts.kind !== 'chat') parts.push(facts.kind)
  if (parts.length === 0 && type === 'other') parts.push(event.providerType)
  return parts.join(' · ')
}

export function ackWord(ack: number): string {
  return ACK_WORDS[ack] ?? `ack ${ack}`
}

const ACK_WORDS: Record<number, string> = { [-1]: 'failed', 0: 'pending', 1: 'sent', 2: 'delivered', 3: 'read', 4: 'played' }

function sessionSummary(facts: Record<string, unknown>): string {
  const { status, reason, detail, percent, pairingCode, account, qr } = facts
  const parts: string[] = []
  if (typeof status === 'string' && reason === undefined && isStatus(status)) parts.push(STATUS_LOOKS[status].word.toLowerCase())
  if (typeof reason === 'string') parts.push(isReason(reason) ? REASON_WORDS[reason] : reason)
  if (typeof percent === 'number') parts.push(`${percent} %`)
  if (typeof pairingCode === 'string') parts.push('a pairing code')
  if (typeof qr === 'string') parts.push('a new code')
  if (isAccount(account)) parts.push(maskId(account.id))
  if (typeof detail === 'string') parts.push(detail)
  return parts.join(' · ')
}

function operatorSummary({ by, message }: Record<string, unknown>): string {
  const name = typeof by === 'object' && by !== null && 'name' in by && typeof by.name === 'string' ? by.name : 'somebody'
  return typeof message === 'string' ? `${name} · ${message}` : name
}

function isStatus(word: string): word is Status {
  return Object.hasOwn(STATUS_LOOKS, word)
}

function isReason(word: string): word is Reason {
  return Object.hasOwn(REASON_WORDS, word)
}

function isAccount(value: unknown): value is { id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}
