import { ACTIONS, type Action } from '../control/controller'
import { AppError } from '../domain/error'
import { createThrottle } from './plugins/throttle'

/** The digits of a phone number as people write it. @throws AppError `invalid` */
export function readPhone(text: string): string {
  const digits = text.replace(/[\s().\-/]/g, '').replace(/^(?:\+|00)/, '')
  if (!/^[1-9]\d{6,14}$/.test(digits)) throw new AppError('invalid', 'phone: the number with its country code, such as +49 1511 2345678')
  return digits
}

/** `pairing-code` in URLs, `pairing_code` in the ledger. @throws AppError `not_found` */
export function readAction(word: string): Action {
  const action = ACTIONS.find((one) => one.replace('_', '-') === word)
  if (!action) throw new AppError('not_found', 'There is no such action')
  return action
}

/** Per session, whoever asks: phones lock a number that is paired too often, and browsers take seconds to start. */
export function createActionThrottle() {
  return createThrottle({ points: 30, windowMs: 60_000, message: 'More than 30 actions on this session in a minute: wait a little' })
}
