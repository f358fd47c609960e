/**
 * Which addresses a base URL may lead to. It is an admin's word, and senders run next door: private addresses are fine. Not so the
 * link-local ones, where clouds hand out credentials to whoever asks (AWS, Azure and Google at 169.254.169.254, AWS over IPv6 at
 * fd00:ec2::254, Alibaba at 100.100.100.200).
 */
import { type LookupAddress, lookup } from 'node:dns'
import { isIP, isIPv4 } from 'node:net'
import { failed, type Told, told } from './told'

/**
 * The base URL as it is kept: without a slash at the end.
 * @returns a failure that says what is wrong with it, and never repeats it: people paste keys into URLs.
 */
export function readBaseUrl(text: string): Told<string> {
  const given = text.trim()
  const url = URL.canParse(given) ? new URL(given) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return failed('address', 'The base URL must look like http://host:3000 or https://host')
  if (given.length > 500) return failed('address', 'The base URL is longer than 500 characters')
  if (url.username !== '' || url.password !== '') return failed('address', 'The base URL must not hold a user or a password: they belong into the key')
  if (url.search !== '' || url.hash !== '') return failed('address', 'The base URL must end with its path: nothing after ? or #')
  const problem = hostProblem(url)
  if (problem !== null) return failed('address', problem)
  return told(`${url.origin}${url.pathname.replace(/\/+$/, '')}`)
}

/** Why we do not go to this host, when it is given as an address; names are looked at when they are resolved. */
export function hostProblem(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && isForbidden(host) ? FORBIDDEN : null
}

export function isForbidden(address: string): boolean {
  const plain = address.toLowerCase().split('%')[0] as string
  if (isIPv4(plain)) return plain.startsWith('169.254.') || plain === '100.100.100.200'
  const v4 = embeddedIPv4(plain)
  if (v4 !== null) return isForbidden(v4)
  const first = Number.parseInt(plain.split(':')[0] || '0', 16)
  return (first & 0xffc0) === 0xfe80 || new URL(`http://[${plain}]`).hostname === '[fd00:ec2::254]'
}

/**
 * For http.request(): resolves the name and refuses it when any of its addresses is forbidden. The connection goes to the
 * addresses that were looked at, so a name that resolves differently the second time gains nothing.
 */
export function checkedLookup(
  host: string,
  options: { all?: boolean | undefined; family?: unknown },
  answer: (error: Error | null, ...rest: unknown[]) => void,
): void {
  lookup(host, { all: true, verbatim: true }, (error, addresses: LookupAddress[]) => {
    if (error) return answer(error)
    if (addresses.some(({ address }) => isForbidden(address))) return answer(new ForbiddenAddress(FORBIDDEN))
    const [first] = addresses
    if (options.all) answer(null, addresses)
    else answer(null, first?.address, first?.family)
  })
}

export class ForbiddenAddress extends Error {}

const FORBIDDEN = 'The base URL leads to a link-local address, where clouds hand out credentials: no sender runs there'

/** `::ffff:169.254.1.1` and NAT64's `64:ff9b::a9fe:101`, in any spelling. */
function embeddedIPv4(address: string): string | null {
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? []
  if (high === undefined || low === undefined) return null
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`
}
