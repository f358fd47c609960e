/**
 * Numbered deliveries, as the services make them. The number stands in the URL's query, which every service lets its user write:
 * so the bodies stay what the services send, `ready` byte-identical each time.
 */
import { redactBody } from '../../domain/redaction'
import { Chance } from '../simulate/chance'
import type { Dialect, Talk } from '../simulate/happening'
import { newLine } from '../simulate/happening'
import { signedDialect } from '../simulate/signed'
import { wahaBody, wahaDialect, wahaMessage } from '../simulate/waha'
import { wwebjsBody, wwebjsDialect, wwebjsMessage } from '../simulate/wwebjs'

export interface Cast {
  name: string
  dialect: Dialect
  /** Posts that its service has under way at once. wwebjs-api has no times of its own: only one after the other has an order. */
  parallel: number
}

export interface Letter {
  number: number
  body: string
  id: string
  at: number
}

export const CAST: readonly Cast[] = [
  ...Array.from({ length: 12 }, (_, i) => ({ name: `wwebjs-${i + 1}`, dialect: wwebjsDialect, parallel: 1 })),
  ...Array.from({ length: 6 }, (_, i) => ({ name: `waha-${i + 1}`, dialect: wahaDialect, parallel: 3 })),
  ...Array.from({ length: 4 }, (_, i) => ({ name: `signed-${i + 1}`, dialect: signedDialect, parallel: 1 })),
]

/** What a number is called in the URL. */
export const NUMBER = 'number'

/** Who never posts again must be told by what he sends alone; these have no identity, and each of them counts. */
const KEYLESS: readonly (readonly [string, unknown?])[] = [
  ['ready'],
  ['change_state', { state: 'CONNECTED' }],
  ['change_state', { state: 'TIMEOUT' }],
  ['change_state', { state: 'OPENING' }],
  ['authenticated'],
  ['qr', { qr: '2@the,same,code,as,before' }],
  ['disconnected', { reason: 'LOGOUT' }],
]
const STATUSES = ['STARTING', 'SCAN_QR_CODE', 'WORKING', 'STOPPED']

export class Narrator {
  readonly #chance: Chance
  #last = 0

  constructor(
    private readonly cast: Cast,
    seed: number,
  ) {
    this.#chance = new Chance(seed)
  }

  /** @param now milliseconds; a line's own times never stand still. */
  tell(number: number, now: number): Letter {
    const at = (this.#last = Math.max(this.#last + 1, Math.floor(now)))
    const id = `evt_proof${String(number).padStart(17, '0')}`
    return { number, id, at, body: this.#bodyOf(number, at, id) }
  }

  #bodyOf(number: number, at: number, id: string): string {
    const { name, dialect } = this.cast
    const chance = this.#chance
    const isState = chance.happens(0.2)
    const line = newLine(name, '5511998877665')
    const talk = this.#talk(number, at)
    if (dialect === wahaDialect) {
      if (!isState) return wahaBody(line, 'message.any', wahaMessage(talk, line.account.id), at, id)
      return wahaBody(line, 'session.status', { name, status: chance.pick(STATUSES) }, at, id)
    }
    if (dialect === signedDialect) return signedDialect.tell(line, isState ? { kind: 'connected' } : { kind: 'message', talk }, at, () => id)[0] as string
    if (isState) return wwebjsBody(name, ...chance.pick(KEYLESS))
    const message = wwebjsMessage(talk, line.account.id)
    if (chance.happens(0.01)) return wwebjsBody(name, 'media', { messageMedia: { mimetype: 'image/jpeg', data: chance.base64(60_000) }, message })
    return wwebjsBody(name, 'message_create', { message })
  }

  #talk(number: number, at: number): Talk {
    const chance = this.#chance
    const words = chance.happens(0.01) ? 20_000 : chance.int(1, 12)
    return {
      id: `3EB0${number.toString(16).toUpperCase().padStart(16, '0')}`,
      chat: `55119${chance.digits(2)}0000@c.us`,
      fromMe: true,
      name: 'Prova',
      text: 'Olá 👋 '.repeat(words),
      at,
    }
  }
}

/** Of what is kept of a body: its bytes without attachments. There are no secrets in these. */
export function digestOf(body: string | Uint8Array): string {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return Bun.hash(redactBody(bytes, () => '')).toString(36)
}
