/** The JSON shape of scheme settings, for whoever takes them from outside; the operator's mistakes are told by name. */
import { type Static, type TObject, type TSchema, Type as t } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { AppError } from '../domain/error'
import { MINUTE_MS } from '../domain/time'
import { JWT_LEEWAY_MS, SCHEME_IDS, type SchemeId, type SchemeSetting, STANDARD_TOLERANCE_MS } from './scheme'

const shape = <P extends Record<string, TSchema>>(properties: P, description: string) => t.Object(properties, { additionalProperties: false, description })
/** One flat `enum`-like union reads better in errors than TypeBox's own words. */
const oneOf = <T extends string>(...words: T[]) =>
  t.Union(
    words.map((word) => t.Literal(word)),
    { description: `one of ${words.join(', ')}` },
  )

/** Meta repeats for seven days; nobody longer. */
const LONGEST_MS = 7 * 24 * 60 * MINUTE_MS

const Header = t.String({
  pattern: "^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$",
  description: 'the name of an HTTP header, in lower case',
  examples: ['x-webhook-signature'],
})
const Window = t.Integer({ minimum: 1_000, maximum: LONGEST_MS, description: 'milliseconds, from 1000 to seven days' })
const Literal = t.String({ maxLength: 50, description: 'literal text, at most 50 characters' })

const Hmac = shape(
  {
    scheme: t.Literal('hmac'),
    header: Header,
    algorithm: oneOf('sha256', 'sha512', 'sha1'),
    legacy: t.Optional(t.Boolean({ description: 'true for SHA-1, which is outdated and not accepted otherwise' })),
    algorithmHeader: t.Optional(Header),
    encoding: oneOf('hex', 'base64'),
    prefix: t.Optional(shape({ text: t.String({ minLength: 1, maxLength: 50 }), optional: t.Boolean() }, 'what stands before the digest: {text, optional}')),
    timestamp: t.Optional(
      shape(
        { header: Header, unit: oneOf('s', 'ms'), before: Literal, between: Literal, toleranceMs: Window },
        'for senders that sign a time with the body: {header, unit, before, between, toleranceMs}',
      ),
    ),
  },
  'HMAC of the raw body in a header',
)

const SHAPES = {
  hmac: Hmac,
  'standard-webhooks': shape({ scheme: t.Literal('standard-webhooks'), toleranceMs: Window }, 'Standard Webhooks or Svix headers'),
  jwt: shape(
    { scheme: t.Literal('jwt'), leewayMs: t.Integer({ minimum: 0, maximum: LONGEST_MS, description: 'milliseconds, from 0 to seven days' }) },
    'an HS256 JWT in Authorization: Bearer',
  ),
  basic: shape({ scheme: t.Literal('basic') }, 'the secret as password in Authorization: Basic'),
  'api-key': shape({ scheme: t.Literal('api-key'), header: Header, prefix: t.Optional(Literal) }, 'the secret itself in a header'),
  url: shape(
    {
      scheme: t.Literal('url'),
      parameter: t.Optional(
        t.String({ pattern: '^[A-Za-z0-9_.-]{1,50}$', description: 'a query parameter; without one the secret follows the session in the path' }),
      ),
    },
    'the secret itself in the URL (weak)',
  ),
  none: shape({ scheme: t.Literal('none') }, 'no proof at all (unsafe); accepted only alone'),
} as const satisfies Record<SchemeId, TObject>

/** One scheme, as the API documents it. */
export const SchemeShape = t.Union(Object.values(SHAPES), { $id: 'Scheme' })

/** What may be left out, and what then counts. */
const DEFAULTS: Partial<Record<SchemeId, object>> = {
  hmac: { algorithm: 'sha256', encoding: 'hex' },
  'standard-webhooks': { toleranceMs: STANDARD_TOLERANCE_MS },
  jwt: { leewayMs: JWT_LEEWAY_MS },
}

/** They say what the request is made of, and proxies rewrite them. */
const UNFIT_HEADERS = new Set(['host', 'connection', 'content-length', 'content-type', 'transfer-encoding', 'x-forwarded-for'])
const MOST = 12

/**
 * Reads a list of schemes from JSON; what was left out gets its default.
 * @throws AppError `invalid` that names the place and what is allowed there, never what was given.
 */
export function readSchemes(value: unknown): SchemeSetting[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST) throw new AppError('invalid', `schemes: a list of 1 to ${MOST} schemes`)
  const settings = value.map((one, index) => readScheme(one, `schemes/${index}`))
  if (settings.length > 1 && settings.some((one) => one.scheme === 'none')) {
    throw new AppError('invalid', 'schemes: "none" accepts everything, so that the others would prove nothing: choose it alone or not at all')
  }
  if (new Set(settings.map((one) => JSON.stringify(one))).size < settings.length) throw new AppError('invalid', 'schemes: one is there twice')
  return settings
}

function readScheme(given: unknown, where: string): SchemeSetting {
  const scheme = SCHEME_IDS.find((id) => id === (given as { scheme?: unknown } | null)?.scheme)
  if (scheme === undefined) throw new AppError('invalid', `${where}/scheme: one of ${SCHEME_IDS.join(', ')}`)
  const value: unknown = withDefaults(scheme, given as Record<string, unknown>)
  const error = Value.Errors(SHAPES[scheme], value).First()
  if (error !== undefined) throw new AppError('invalid', `${where}${error.path}: ${error.schema.description ?? error.message}`)
  const setting: SchemeSetting = value as Static<typeof SchemeShape>
  if ('header' in setting && UNFIT_HEADERS.has(setting.header)) throw new AppError('invalid', `${where}/header: proxies rewrite this one; name another`)
  if (setting.scheme === 'hmac' && (setting.algorithm === 'sha1') !== (setting.legacy === true))
    throw new AppError('invalid', `${where}/${SHA1[setting.algorithm]}`)
  return setting
}

const SHA1: Record<'sha1' | 'sha256' | 'sha512', string> = {
  sha1: 'algorithm: SHA-1 is outdated: choose sha256, or set legacy to true for a sender that can do no better',
  sha256: 'legacy: only for sha1',
  sha512: 'legacy: only for sha1',
}

function withDefaults(scheme: SchemeId, given: Record<string, unknown>): Record<string, unknown> {
  const value: Record<string, unknown> = { ...DEFAULTS[scheme], ...given }
  for (const name of ['header', 'algorithmHeader']) {
    if (typeof value[name] === 'string') value[name] = value[name].trim().toLowerCase()
  }
  return value
}
