import { Html } from '@elysiajs/html'
import { LoginPage } from '../../../views/login/new'
import { toDocument } from '../../../views/render'
import type { Config } from '../../config'
import { AppError } from '../../domain/error'
import { html, redirect } from '../answers'
import type { Auth } from '../auth/auth'
import type { Visit } from '../gate'
import { createThrottle, type Throttle } from '../plugins/throttle'

export interface LoginDeps {
  auth: Auth
  /** Tries per account; an address has three times as many, for offices behind one. */
  perAccount: Throttle
  perAddress: Throttle
}

const WINDOW_MS = 60_000
/** Who guesses faster than people type has to wait. */
const BLOCK_MS = 5 * 60_000
const MESSAGE = 'Too many tries to log in: wait a few minutes'

export function createLoginDeps(auth: Auth, { login }: Config['rateLimits']): LoginDeps {
  return {
    auth,
    perAccount: createThrottle({ points: login, windowMs: WINDOW_MS, blockMs: BLOCK_MS, message: MESSAGE }),
    perAddress: createThrottle({ points: login * 3, windowMs: WINDOW_MS, blockMs: BLOCK_MS, message: MESSAGE }),
  }
}

export async function showLogin({ auth }: LoginDeps, { request, url }: Visit): Promise<Response> {
  const next = safePath(url.searchParams.get('next'))
  const { login } = await auth.findLogin(request.headers)
  if (login) return redirect(next ?? '/')
  return html(toDocument(<LoginPage {...(next && { next })} />))
}

export async function logIn(deps: LoginDeps, visit: Visit): Promise<Response> {
  const form = await visit.form()
  // No longer than an address can be: each one tried is remembered for a while.
  const email = form.get('email')?.trim().toLowerCase().slice(0, 255) ?? ''
  const next = safePath(form.get('next'))
  const again = (error: string, status: number) => html(toDocument(<LoginPage email={email} error={error} {...(next && { next })} />), { status })
  try {
    await deps.perAddress.take(visit.address)
    await deps.perAccount.take(email)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const response = again(cause.message, 429)
    response.headers.set('retry-after', String(Math.ceil((cause.retryAfterMs ?? BLOCK_MS) / 1000)))
    return response
  }
  const cookies = await deps.auth.logIn(email, form.get('password') ?? '', { address: visit.address, userAgent: visit.request.headers.get('user-agent') ?? '' })
  // The same words whether the address is known or not.
  if (!cookies) return again('That e-mail and password do not belong together.', 401)
  await deps.perAccount.reset(email)
  return redirect(next ?? '/', cookies)
}

export async function logOut({ auth }: LoginDeps, { request }: Visit): Promise<Response> {
  return redirect('/login', await auth.logOut(request.headers))
}

/** Only paths of our own: `//evil.example` and `/\evil.example` are other hosts to a browser. Only what a header can carry. */
export function safePath(path: string | null): string | undefined {
  return path && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) ? path : undefined
}
