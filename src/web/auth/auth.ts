/**
 * Log-ins of operators: better-auth, used as a library. Its HTTP handler is not mounted, so none of its routes (sign-up
 * among them) exists; what we offer are the routes of the dashboard.
 */
import { connect } from '../../store/database'
import type { Role } from '../../store/operators'
import { isRole } from './roles'

export interface AuthOptions {
  databaseUrl: string
  /** With https the cookies are `__Host-` and Secure. */
  publicUrl: string
  /** Signs the cookies; at least 32 characters. */
  secret: string
}

/** A browser's log-in. */
export interface Login {
  id: string
  operator: { id: string; name: string; email: string; role: Role }
}

export interface Auth {
  /** @returns the cookies to set, or null when e-mail and password do not belong together (which costs as much time). */
  logIn(email: string, password: string, client: { address: string; userAgent: string }): Promise<string[] | null>
  /** Who sends these headers; with the cookies to renew. */
  findLogin(headers: Headers): Promise<{ login: Login | null; cookies: string[] }>
  /** Ends the log-in. @returns the cookies that make the browser forget it. */
  logOut(headers: Headers): Promise<string[]>
  /** The name of the cookie that carries the log-in. */
  cookieName: string
  close(): Promise<void>
}

/** A log-in that was ended elsewhere is believed for this long, in exchange for not asking the database on each request. */
export const CACHED_S = 30

/** Read once the server has begun to answer, unless somebody needs it before. */
const READ_AFTER_MS = 1_000

export function createAuth(options: AuthOptions): Auth {
  // A client of its own: drizzle() changes the parsers of the client it is given.
  const client = connect(options.databaseUrl, 2)
  let loading: ReturnType<typeof load> | undefined
  const load = async () => (await import('./better-auth')).configure(options, client)
  const loaded = () => (loading ??= load())
  const reading = setTimeout(() => void loaded().catch(() => {}), READ_AFTER_MS)
  const cookieName = cookieNames(options).session_token.name
  const ended = new Ended()
  return {
    cookieName,
    async logIn(email, password, { address, userAgent }) {
      const headers = new Headers({ [ADDRESS_HEADER]: address, 'user-agent': userAgent.slice(0, 300) })
      try {
        const auth = await loaded()
        const result = await auth.api.signInEmail({ body: { email, password }, headers, returnHeaders: true })
        return result.headers.getSetCookie()
      } catch (cause) {
        if (statusOf(cause) < 500) return null
        throw cause
      }
    },
    async findLogin(headers) {
      if (!headers.get('cookie')?.includes(cookieName)) return { login: null, cookies: [] }
      const auth = await loaded()
      const result = await auth.api.getSession({ headers, returnHeaders: true })
      const found = result.response
      const cookies = result.headers.getSetCookie()
      if (!found || !isRole(found.user.role) || ended.has(found.session.id)) return { login: null, cookies }
      const { id, name, email, role } = found.user
      return { login: { id: found.session.id, operator: { id, name, email, role } }, cookies }
    },
    async logOut(headers) {
      const auth = await loaded()
      const found = await auth.api.getSession({ headers })
      if (found) ended.add(found.session.id)
      const result = await auth.api.signOut({ headers, returnHeaders: true })
      return result.headers.getSetCookie()
    },
    close() {
      clearTimeout(reading)
      return client.end({ timeout: 5 })
    },
  }
}

/** Log-ins that ended here, for as long as a copy of their cookies would still be believed. */
class Ended {
  #until = new Map<string, number>()

  add(id: string): void {
    const now = Date.now()
    for (const [each, until] of this.#until) if (until < now) this.#until.delete(each)
    this.#until.set(id, now + 2 * CACHED_S * 1000)
  }

  has(id: string): boolean {
    return this.#until.has(id)
  }
}

/** Where better-auth finds the address of a client. */
export const ADDRESS_HEADER = 'x-linekeeper-address'

export function cookieNames({ publicUrl }: AuthOptions) {
  const secure = publicUrl.startsWith('https:')
  const attributes = { secure, httpOnly: true, sameSite: 'lax', path: '/' } as const
  const cookie = (name: string) => ({ name: `${secure ? '__Host-' : ''}linekeeper${name}`, attributes })
  return { session_token: cookie(''), session_data: cookie('-data'), dont_remember: cookie('-once'), account_data: cookie('-account') }
}

/** better-auth throws its APIError from more than one copy of a package: `instanceof` would miss some. */
function statusOf(cause: unknown): number {
  return typeof cause === 'object' && cause !== null && 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : 500
}
