/** How numbers, durations, instants and private things are written. Pure; the clock is always a parameter. */
import type { Instant } from '../src/domain/event'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "4 min ago", "just now", "in 14 s". */
export function ago(at: Instant, now: Instant): string {
  const ms = now - at
  if (ms < -SECOND) return `in ${duration(-ms)}`
  return ms < 5 * SECOND ? 'just now' : `${duration(ms)} ago`
}

/** The largest unit that fits: "14 s", "4 min", "3 h", "12 days". */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`
  const days = Math.floor(ms / DAY)
  return days === 1 ? '1 day' : `${days} days`
}

/** RFC 3339 UTC with milliseconds, for `datetime` attributes. */
export function iso(at: Instant): string {
  return new Date(at).toISOString()
}

/** "2026-07-28 14:02:11 UTC": what is shown until the browser's script puts it into the reader's zone. */
export function utc(at: Instant): string {
  return utcOf(iso(at))
}

export function utcOf(isoText: string): string {
  return `${isoText.slice(0, 10)} ${isoText.slice(11, 19)} UTC`
}

export function utcClock(at: Instant, withMs: boolean): string {
  return iso(at).slice(11, withMs ? 23 : 19)
}

const grouped = new Intl.NumberFormat('en-US')

export function number(value: number): string {
  return value < 1000 ? String(value) : grouped.format(value)
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`
}

/**
 * Every attribute that carries a text which is not ours goes through here. Kita escapes only the quote in attributes,
 * which is enough for a browser but not for htmx: before parsing, it rewrites `<hx-…>` anywhere in a response, inside
 * attributes too, to a tag with quotes of its own, and so would let the text out of its attribute.
 */
export function attr(text: string): string {
  return Bun.escapeHTML(text)
}

/** A dot for each character, so that the length still tells a code from a letter; at most 24. */
export function maskText(text: string): string {
  return '•'.repeat(Math.min([...text].length, 24))
}

/** `4915112345678@c.us` → "+49 151 •••• 678"; groups, hidden ids and anything else keep only their last digits. */
export function maskId(id: string): string {
  const cut = id.indexOf('@')
  const user = cut < 0 ? id : id.slice(0, cut)
  const server = cut < 0 ? '' : id.slice(cut + 1)
  if (server === 'broadcast') return user === 'status' ? 'status' : 'broadcast list'
  if (server === 'newsletter') return `channel •••• ${tail(user)}`
  if (server === 'g.us') return `group •••• ${tail(user)}`
  if (server === 'lid') return `hidden number •••• ${tail(user)}`
  const digits = (user.split(':')[0] ?? '').replace(/^\+/, '')
  return /^\d{7,15}$/.test(digits) ? maskPhone(digits) : maskOther(user)
}

/** Calling codes of one and two digits; all the others have three (ITU-T E.164). */
const SHORT_CODES = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(' '),
)

function maskPhone(digits: string): string {
  const length = SHORT_CODES.has(digits.slice(0, 1)) ? 1 : SHORT_CODES.has(digits.slice(0, 2)) ? 2 : 3
  const area = digits.length >= 10 ? 3 : 1
  return `+${digits.slice(0, length)} ${digits.slice(length, length + area)} •••• ${tail(digits)}`
}

function maskOther(user: string): string {
  return user.length <= 4 ? '••••' : `•••• ${tail(user)}`
}

function tail(text: string): string {
  return [...text].slice(-3).join('')
}
