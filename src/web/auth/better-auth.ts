/**
 * better-auth as we use it. In a file of its own, imported when it is needed: reading it takes longer than all that a webhook needs of
 * the server.
 */
import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { drizzle } from 'drizzle-orm/postgres-js'
import { credentials, logins, operators, verifications } from '../../../db/schema-auth'
import type { connect } from '../../store/database'
import { ADDRESS_HEADER, type AuthOptions, CACHED_S, cookieNames } from './auth'
import { MAX_PASSWORD, MIN_PASSWORD } from './operators'
import { hashPassword, isPassword } from './password'

const DAY_S = 86_400

export function configure(options: AuthOptions, client: ReturnType<typeof connect>) {
  const schema = { user: operators, session: logins, account: credentials, verification: verifications }
  return betterAuth({
    appName: 'Linekeeper',
    baseURL: options.publicUrl,
    secret: options.secret,
    database: drizzleAdapter(drizzle(client), { provider: 'pg', schema }),
    user: { additionalFields: { role: { type: 'string', required: true, input: false, defaultValue: 'viewer' } } },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
      password: { hash: hashPassword, verify: ({ hash, password }) => isPassword(password, hash) },
    },
    session: { expiresIn: 14 * DAY_S, updateAge: DAY_S, cookieCache: { enabled: true, maxAge: CACHED_S } },
    advanced: {
      // The prefix that it would add is `__Secure-`; `__Host-` also forbids a domain and another path.
      useSecureCookies: false,
      cookies: cookieNames(options),
      database: { generateId: () => Bun.randomUUIDv7() },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    // Ours counts per account and address; see log-in.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
}
