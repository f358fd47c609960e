import type { Ack, Instant } from '../domain/event'
import { isSessionName } from '../domain/session-name'

/**
 * Defensive readers for values that a sender wrote: none trusts a type, none throws, and every text they return can be stored
 * in Postgres (no NUL, well-formed UTF-16). What cannot be read is undefined.
 */

export type Fields = Readonly<Record<string, unknown>>

const NOTHING: Fields = Object.freeze({})

/** The value as an object to read from; anything else reads as an empty one. */
export function fields(value: unknown): Fields {
  return isObject(value) ? value : NOTHING
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A non-empty text of at most `max` UTF-16 units (a surrogate pair is never split). Numbers are read as their digits. */
export function text(value: unknown, max = 200): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string' || value.length === 0) return undefined
  return storable(value.length > max ? cut(value, max) : value)
}

/** The text with each NUL and lone surrogate replaced by U+FFFD: Postgres refuses the one, UTF-8 the other. */
export function storable(value: string): string {
  const whole = value.isWellFormed() ? value : value.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole
}

export function bool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 'true') return true
  return value === 'false' ? false : undefined
}

/** A finite number; numeric text is read too (whatsapp-web.js' own types call the loading percentage a string). */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length === 0 || value.length > 32) return undefined
  const parsed = Number(value)
  return Number.isFinite(parsed) && value.trim().length > 0 ? parsed : undefined
}

/**
 * An instant from Unix seconds or milliseconds (told apart by size, fractions kept) or from RFC 3339 text, which must name its
 * zone: without one it would mean another time on every machine. Times before 2001 or after 2100 are no times but mistakes.
 */
export function instant(value: unknown): Instant | undefined {
  const numeric = number(value)
  if (numeric !== undefined) {
    const ms = numeric < 1e11 ? numeric * 1000 : numeric
    return ms >= EARLIEST && ms <= LATEST ? ms : undefined
  }
  const parts = typeof value === 'string' && value.length <= 40 ? RFC3339.exec(value) : null
  if (parts === null) return undefined
  const ms = Date.parse(`${parts[1]}${parts[3]}`)
  const micros = Number(`0${(parts[2] ?? '').slice(0, 7)}`) * 1000
  return ms >= EARLIEST && ms <= LATEST ? ms + micros : undefined
}

export function ack(value: unknown): Ack | undefined {
  const level = number(value)
  return level === -1 || level === 0 || level === 1 || level === 2 || level === 3 || level === 4 ? level : undefined
}

/** What a QR code says. More than one can hold (2,953 bytes) is no QR text, and half of one could never be scanned: it is left out whole. */
export function qrText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_QR ? text(value, MAX_QR) : undefined
}

/** A percentage; what is beyond an end is that end. */
export function percent(value: unknown): number | undefined {
  const given = number(value)
  return given === undefined ? undefined : Math.min(100, Math.max(0, given))
}

/** A WhatsApp id (`5511…@c.us`) given as text, or as the library's object `{server, user, _serialized}`. */
export function waId(value: unknown): string | undefined {
  if (typeof value === 'string') return text(value)
  if (!isObject(value)) return undefined
  const { user, server } = value
  return text(value._serialized) ?? (typeof user === 'string' && typeof server === 'string' ? text(`${user}@${server}`) : undefined)
}

/** A session's name as the body gives it, or null. A name that is too long, not storable or no URL's part is none: cut, it would be another's. */
export function sessionName(value: unknown): string | null {
  const name = text(value)
  return name === undefined || !isSessionName(name) || (typeof value === 'string' && value !== name) ? null : name
}

export interface MessageId {
  id: string
  chat?: string
  fromMe?: boolean
}

/**
 * A message's bare id with what its carrier says beside it: from `{id, remote, fromMe}`, from
 * `false_5511…@c.us_3EB0…[_participant]`, or from a bare id.
 */
export function messageId(value: unknown): MessageId | undefined {
  if (typeof value === 'string') return parseSerialized(value)
  if (!isObject(value)) return undefined
  const bare = text(value.id)
  if (bare === undefined) return typeof value._serialized === 'string' ? parseSerialized(value._serialized) : undefined
  const found: MessageId = { id: bare }
  put(found, 'chat', waId(value.remote))
  put(found, 'fromMe', bool(value.fromMe))
  return found
}

/** Sets a property only when there is a value: an optional field must be absent, not undefined. */
export function put<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value
}

/** Version 40 with the lowest correction, in bytes (ISO/IEC 18004, table 7). */
const MAX_QR = 2953

const EARLIEST = 978_307_200_000
const LATEST = 4_102_444_800_000

/** Up to the second, its fraction, the zone. */
const RFC3339 = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

function cut(value: string, max: number): string {
  const last = value.charCodeAt(max - 1)
  return value.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max)
}

function parseSerialized(value: string): MessageId | undefined {
  const mine = value.startsWith('true_')
  if (!mine && !value.startsWith('false_')) {
    const bare = text(value)
    return bare === undefined ? undefined : { id: bare }
  }
  const start = value.indexOf('_') + 1
  const middle = value.indexOf('_', start)
  const bare = middle < 0 ? undefined : text(value.slice(middle + 1).split('_', 1)[0])
  if (bare === undefined) return undefined
  const found: MessageId = { id: bare, fromMe: mine }
  put(found, 'chat', text(value.slice(start, middle)))
  return found
}
