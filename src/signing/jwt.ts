import { equalDigests, isShared } from './compare'
import { refuse } from './refusal'
import type { SchemeCheck, Verdict } from './scheme'

/**
 * An HS256 bearer token, as Evolution API makes it of `jwt_key`. Only HS256: `alg: none` and everything asymmetric is refused,
 * whatever the token says of itself. It is not bound to the body, so it proves the sender only. A token without `exp` is
 * accepted: it is then a password.
 */
export const checkJwt: SchemeCheck<'jwt'> = (delivery, setting, secrets, now) => {
  const given = delivery.headers.authorization
  if (given === undefined || given.slice(0, 7).toLowerCase() !== 'bearer ') return null
  const token = given.slice(7).trim()
  const dot = token.indexOf('.')
  const lastDot = token.lastIndexOf('.')
  if (dot <= 0 || lastDot === dot || token.indexOf('.', dot + 1) !== lastDot) {
    return refuse('malformed', 'the bearer token is not a JWT (three parts with dots between)')
  }
  const header = parsePart(token.slice(0, dot))
  if (header === null || header.alg !== 'HS256') {
    return refuse('malformed', 'the bearer token is not signed with HS256: let the sender sign with a shared secret')
  }
  // RFC 7515, 4.1.11: an extension that must be understood, and that we do not understand.
  if (header.crit !== undefined) return refuse('malformed', 'the bearer token asks for an extension (crit) that is not known here')
  const signature = Buffer.from(token.slice(lastDot + 1), 'base64url')
  const signed = token.slice(0, lastDot)
  for (const secret of secrets) {
    if (!isShared(secret)) continue
    const digest = new Bun.CryptoHasher('sha256', secret.value).update(signed).digest()
    if (!equalDigests(digest, signature)) continue
    const claims = parsePart(token.slice(dot + 1, lastDot))
    if (claims === null) return refuse('malformed', 'the claims of the bearer token are not a JSON object')
    return judgeClaims(claims, setting.leewayMs, now) ?? { ok: true, scheme: 'jwt', secretId: secret.id }
  }
  return refuse('mismatch', "the bearer token is signed with none of this source's secrets: compare the sender's jwt_key")
}

function judgeClaims(claims: Record<string, unknown>, leewayMs: number, now: number): Verdict | null {
  const { exp, nbf } = claims
  // A claim of another type than a number must not pass for "never expires".
  if ((exp !== undefined && typeof exp !== 'number') || (nbf !== undefined && typeof nbf !== 'number')) {
    return refuse('malformed', 'exp and nbf of the bearer token must be numbers of seconds')
  }
  if (exp !== undefined && now - leewayMs > exp * 1000) {
    return refuse('expired', "the bearer token has expired: let the sender make one per event, or compare both machines' clocks")
  }
  if (nbf !== undefined && now + leewayMs < nbf * 1000) {
    return refuse('future', "the bearer token is not valid yet: compare both machines' clocks")
  }
  return null
}

function parsePart(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
