import type { Config } from '../config'
import { AppError } from '../domain/error'
import type { Role } from '../store/operators'
import { withCookies } from './answers'
import type { Auth, Login } from './auth/auth'
import { requireRole } from './auth/roles'
import { readBody } from './body'
import { createClientAddress, type PeerSource } from './plugins/client-address'
import { refuseCrossSite } from './plugins/csrf'
import { type FailureDeps, failureResponse } from './plugins/failure'
import { requestIdOf } from './plugins/request-id'
import { urlOf } from './plugins/request-url'
import { secure } from './plugins/security-headers'

export interface GateDeps extends FailureDeps {
  config: Pick<Config, 'publicUrl' | 'trustedProxies'>
  auth: Auth
  /** What everybody who is logged in must know about the server; null when there is nothing. */
  notice?(): string | null
}

/** What Elysia hands to a handler, as far as we use it. */
export interface Context {
  request: Request
  /** Absent on routes without any. */
  params?: Record<string, string | undefined>
  server: (PeerSource & { timeout(request: Request, seconds: number): void }) | null
}

/** A request to the dashboard that has passed the gate. */
export interface Visit {
  request: Request
  url: URL
  params: Record<string, string | undefined>
  address: string
  server: Context['server']
  /** The fields of a posted form. */
  form(): Promise<URLSearchParams>
}

export interface MemberVisit extends Visit {
  login: Login & { operator: { notice: string | null } }
}

export type Handler<V extends Visit> = (visit: V) => Response | Promise<Response>

/** Forms of ours are small; nothing larger is read. */
const MAX_FORM_BYTES = 64 * 1024

/**
 * What every request to the dashboard goes through: the other-site check, the log-in, the role, and at the end the
 * security headers and one way to fail. A handler cannot be mounted without saying whom it is for.
 */
export class Gate {
  readonly clientAddress: (request: Request, server: PeerSource) => string
  readonly #isHttps: boolean

  constructor(private readonly deps: GateDeps) {
    this.clientAddress = createClientAddress(deps.config.trustedProxies)
    this.#isHttps = deps.config.publicUrl.startsWith('https:')
  }

  /** For everybody, signed in or not. */
  open(handler: Handler<Visit>): (context: Context) => Promise<Response> {
    return (context) => this.#pass(context, async (visit) => handler(visit))
  }

  /** For operators with at least this role; others are sent to the log-in. */
  as(role: Role, handler: Handler<MemberVisit>): (context: Context) => Promise<Response> {
    return (context) =>
      this.#pass(context, async (visit) => {
        const { login, cookies } = await this.deps.auth.findLogin(context.request.headers)
        if (!login) return withCookies(toLogin(visit), cookies)
        requireRole(login.operator.role, role)
        return withCookies(await handler({ ...visit, login: this.#told(login) }), cookies)
      })
  }

  /** As `as`, but never a redirect: htmx would follow it and read the log-in page as a stream, again and again. */
  stream(role: Role, handler: Handler<MemberVisit>): (context: Context) => Promise<Response> {
    return (context) =>
      this.#pass(context, async (visit) => {
        const { login } = await this.deps.auth.findLogin(context.request.headers)
        if (!login) return new Response(null, { status: 401 })
        requireRole(login.operator.role, role)
        return handler({ ...visit, login: this.#told(login) })
      })
  }

  /** Finishes any other answer of the edge the same way. */
  seal(request: Request, response: Response): Response {
    return secure(response, requestIdOf(request), this.#isHttps)
  }

  fail(request: Request, cause: unknown): Response {
    return this.seal(request, failureResponse(this.deps, request, cause))
  }

  #told(login: Login): MemberVisit['login'] {
    return { ...login, operator: { ...login.operator, notice: this.deps.notice?.() ?? null } }
  }

  async #pass(context: Context, work: (visit: Visit) => Promise<Response>): Promise<Response> {
    const { request, params = {}, server } = context
    try {
      refuseCrossSite(request, this.deps.config.publicUrl)
      const visit: Visit = { request, url: urlOf(request), params, server, address: this.clientAddress(request, server), form: () => readForm(request) }
      return this.seal(request, await work(visit))
    } catch (cause) {
      return this.fail(request, cause)
    }
  }
}

async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) throw new AppError('invalid', 'A form was expected')
  return new URLSearchParams(new TextDecoder().decode(await readBody(request, MAX_FORM_BYTES)))
}

/** A background request must not swap a log-in page into a fragment: htmx is told to go there as a whole. */
function toLogin({ request, url }: Visit): Response {
  const next = request.method === 'GET' && url.pathname !== '/' ? `?next=${encodeURIComponent(url.pathname + url.search)}` : ''
  const location = `/login${next}`
  if (request.headers.has('hx-request')) return new Response(null, { status: 401, headers: { 'hx-redirect': location } })
  return new Response(null, { status: 303, headers: { location } })
}
