import { Elysia } from 'elysia'
import type { Delivery } from '../domain/delivery'
import { AppError, HTTP_STATUS } from '../domain/error'
import { sessionNameFromUrl } from '../domain/session-name'
import type { Arrival } from '../ingest/arrival'
import { type Outcome, type ReceiveDeps, receive } from '../ingest/receive'
import type { Rejections } from '../ingest/rejections'
import { acceptedSchemes } from '../providers'
import { secretProblem } from '../signing/secret-policy'
import type { Source } from '../store/sources'
import { admit } from './admission'
import type { BodyReader, Patience } from './body'
import { checkHandshake } from './handshake'
import { requestIdOf } from './plugins/request-id'
import type { WebhookLimits } from './webhook-limits'

export interface WebhookDeps extends ReceiveDeps {
  arrival(): Arrival
  findSource(slug: string): Source | undefined
  bodies: BodyReader
  limits: WebhookLimits
  rejections: Rejections
  clientAddress(request: Request, server: { requestIP(request: Request): { address: string } | null } | null): string
  /** Told once per delivery, with how long it took from arrival to answer. */
  answered(source: string, outcome: string, provider: string, tookMs: number): void
  /** A failure that is nobody's expectation: a bug. */
  failed(cause: unknown, about: { requestId: string; source: string }): void
}

const DEFAULT_SOURCE = 'default'

type Params = Record<string, string | undefined>

type Context = {
  request: Request
  /** Elysia gives a path without parameters none at all, whatever its types say. */
  params: Params | undefined
  server: ({ requestIP(request: Request): { address: string } | null } & Patience) | null
}

/**
 * The doors of the senders. Size limit, rate limits, raw bytes, and nothing else; the answers are those of
 * docs/architecture.md, chosen so that no sender drops or repeats a delivery for ever. Never a redirect.
 */
export function webhooks(deps: WebhookDeps) {
  const take = ({ request, params = {}, server }: Context) => answer(deps, request, params, server)
  const shakeHands = ({ request, params = {}, server }: Context) => answerHandshake(deps, request, params, server)
  const raw = { parse: 'none' } as const
  const doors = new Elysia({ name: 'webhooks' })
  for (const path of PATHS) doors.post(path, take, raw).get(path, shakeHands)
  return doors
}

const PATHS = [
  '/api/whatsapp/webhook',
  '/api/whatsapp/webhook/:sessionId',
  '/api/whatsapp/webhook/:sessionId/*',
  '/api/whatsapp/:source/webhook',
  '/api/whatsapp/:source/webhook/:sessionId',
  '/api/whatsapp/:source/webhook/:sessionId/*',
]

async function answer(deps: WebhookDeps, request: Request, params: Params, server: Context['server']): Promise<Response> {
  const startedAt = performance.now()
  const slug = params.source ?? DEFAULT_SOURCE
  const session = sessionNameFromUrl(params.sessionId)
  const address = deps.clientAddress(request, server)
  const source = deps.findSource(slug)
  let outcome: Outcome | undefined
  try {
    deps.limits.take('address', address)
    if (!source) throw new AppError('not_found', `There is no source "${slug}"`)
    const arrival = deps.arrival()
    const keep = (body: Uint8Array) => {
      const delivery = deliveryOf(request, body, arrival, session, address)
      return receive(deps, source, delivery, () => admit(deps.limits, source, delivery))
    }
    outcome = await deps.bodies.use(request, keep, server)
    if (outcome.kind === 'refused') {
      const { code, message } = outcome.refusal
      deps.rejections.note({ sourceId: source.id, slug, session: tellable(source, session), address, code, message })
      return reply(401, { ok: false, error: message })
    }
    const body = { ok: true, id: outcome.id, duplicate: outcome.kind === 'stored' && outcome.duplicate }
    return reply(200, outcome.kind === 'quarantined' ? { ...body, quarantined: true } : body)
  } catch (cause) {
    return failure(deps, request, cause, { sourceId: source?.id ?? null, slug, session: tellable(source, session), address })
  } finally {
    const known = source ? slug : 'unknown'
    const provider = outcome && outcome.kind !== 'refused' ? outcome.provider : (source?.provider ?? 'unknown')
    deps.answered(known, outcomeName(outcome), provider, performance.now() - startedAt)
  }
}

/** Limited like a delivery: who guesses at tokens is slowed down, and shown to the operator. */
async function answerHandshake(deps: WebhookDeps, request: Request, params: Params, server: Context['server']): Promise<Response> {
  const slug = params.source ?? DEFAULT_SOURCE
  const address = deps.clientAddress(request, server)
  const source = deps.findSource(slug)
  const session = tellable(source, sessionNameFromUrl(params.sessionId))
  try {
    deps.limits.take('address', address)
    if (!source) throw new AppError('not_found', `There is no source "${slug}"`)
    const handshake = checkHandshake(queryOf(request), source.secrets)
    if (!handshake.ok) {
      const { code, message } = handshake.refusal
      deps.rejections.note({ sourceId: source.id, slug, session, address, code, message })
      return reply(403, { ok: false, error: message })
    }
    deps.noteUse(handshake.secretId)
    return new Response(handshake.challenge, { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } })
  } catch (cause) {
    return failure(deps, request, cause, { sourceId: source?.id ?? null, slug, session, address })
  }
}

/** Cut out, not parsed: a Host header that names no host is no reason to fail. */
function queryOf({ url }: Request): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}

function deliveryOf(request: Request, body: Uint8Array, arrival: Arrival, pathSession: string | null, address: string): Delivery {
  const path = request.url.slice(request.url.indexOf('/', 8))
  return { id: arrival.id, receivedAt: arrival.at, method: 'POST', path, pathSession, headers: plainHeaders(request.headers), body, address }
}

/** One text per name. Bun gives `set-cookie` as a list, whatever its type says. */
function plainHeaders(headers: Headers): Record<string, string> {
  const plain: Record<string, string> = headers.toJSON()
  if ('set-cookie' in plain) plain['set-cookie'] = headers.getSetCookie().join(', ')
  return plain
}

type About = { sourceId: string | null; slug: string; session: string | null; address: string }

function failure(deps: WebhookDeps, request: Request, cause: unknown, about: About): Response {
  if (!(cause instanceof AppError)) {
    const requestId = requestIdOf(request)
    deps.failed(cause, { requestId, source: about.sourceId === null ? 'unknown' : about.slug })
    // A bug of ours is our own trouble: the senders that can, come back.
    const answer = reply(503, { ok: false, error: 'internal error' }, 5_000)
    answer.headers.set('x-request-id', requestId)
    return answer
  }
  const { code, message } = cause
  if (code === 'not_found')
    deps.rejections.note({ ...about, slug: null, session: null, code: 'unknown_source', message: 'the URL names a source that does not exist' })
  if (code === 'too_large') deps.rejections.note({ ...about, code, message })
  if (code === 'rate_limited') deps.rejections.note({ ...about, code, message })
  return reply(HTTP_STATUS[code], { ok: false, error: message }, cause.retryAfterMs)
}

function reply(status: number, body: unknown, retryAfterMs?: number): Response {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  // What was not read of a body that is too large must not be taken for the next request.
  if (status === 413) headers.connection = 'close'
  return new Response(JSON.stringify(body), { status, headers })
}

function outcomeName(outcome: Outcome | undefined): string {
  if (!outcome) return 'failed'
  if (outcome.kind === 'stored' && outcome.duplicate) return 'duplicate'
  return outcome.kind
}

/** A secret in the wrong place of the URL is no session's name: lists of refusals do not show it. */
function tellable(source: Source | undefined, session: string | null): string | null {
  if (session === null || !source) return session
  if (source.secrets.some((secret) => secret.value === session)) return null
  const expectsSecret = acceptedSchemes(source).some((setting) => setting.scheme === 'url' && setting.parameter === undefined)
  return expectsSecret && secretProblem(session) === null ? null : session
}
