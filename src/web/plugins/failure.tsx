/** The one place where a failure becomes an answer. Never echoes what was sent. */
import { Html } from '@elysiajs/html'
import { ElysiaCustomStatusResponse, NotFoundError, ParseError, ValidationError } from 'elysia'
import { Flash } from '../../../views/errors/flash'
import { ErrorPage } from '../../../views/errors/show'
import { toDocument, toHtml } from '../../../views/render'
import { AppError, type ErrorCode, HTTP_STATUS } from '../../domain/error'
import { failureKind } from '../../ingest/failure'
import { html } from '../answers'
import { requestIdOf } from './request-id'

export interface FailureDeps {
  /** A failure that nobody expected: to the log and to Sentry, with its cause. */
  failed(cause: unknown, about: { requestId: string; path: string }): void
}

/** JSON for the API, a flash for htmx, a page for everybody else. */
export function failureResponse(deps: FailureDeps, request: Request, cause: unknown): Response {
  const requestId = requestIdOf(request)
  const path = URL.canParse(request.url) ? new URL(request.url).pathname : '/'
  const told = tell(cause)
  if (told.status >= 500 && told.code !== 'unavailable' && !(cause instanceof AppError)) deps.failed(cause, { requestId, path: loggable(path) })
  const response = isApi(path) ? problem(told, path, requestId) : page(request, told, requestId)
  if (told.retryAfterMs !== undefined) response.headers.set('retry-after', String(Math.max(1, Math.ceil(told.retryAfterMs / 1000))))
  if (told.status === 401 && isApi(path)) response.headers.set('www-authenticate', 'Bearer realm="linekeeper"')
  return response
}

/** A webhook's URL may hold its secret. */
function loggable(path: string): string {
  return path.startsWith('/api/whatsapp/') ? '/api/whatsapp/…' : path
}

interface Told {
  status: number
  code: ErrorCode | 'internal'
  message: string | undefined
  retryAfterMs: number | undefined
}

function tell(cause: unknown): Told {
  if (cause instanceof AppError) return { status: HTTP_STATUS[cause.code], code: cause.code, message: cause.message, retryAfterMs: cause.retryAfterMs }
  if (cause instanceof NotFoundError) return { status: 404, code: 'not_found', message: undefined, retryAfterMs: undefined }
  if (cause instanceof ValidationError) return { status: 400, code: 'invalid', message: validationMessage(cause), retryAfterMs: undefined }
  if (isNulInText(cause))
    return { status: 400, code: 'invalid', message: 'A text holds the character U+0000, which nothing here does', retryAfterMs: undefined }
  if (isAway(cause)) return { status: 503, code: 'unavailable', message: AWAY, retryAfterMs: 5_000 }
  if (cause instanceof ParseError) return { status: 400, code: 'invalid', message: 'The body cannot be read', retryAfterMs: undefined }
  if (cause instanceof ElysiaCustomStatusResponse && Number(cause.code) < 500)
    return { status: Number(cause.code), code: 'invalid', message: undefined, retryAfterMs: undefined }
  return { status: 500, code: 'internal', message: undefined, retryAfterMs: undefined }
}

const AWAY = 'The database is away. Deliveries are taken all the same: they wait in the journal. This page works again when the database does.'

/** The log-ins wrap what the driver says. */
function isAway(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && (failureKind(cause) === 'away' || ('cause' in cause && isAway(cause.cause)))
}

/** Postgres refuses U+0000 in any text: what was sent is wrong, not we. */
function isNulInText(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && (('code' in cause && cause.code === '22021') || ('cause' in cause && isNulInText(cause.cause)))
}

/** Where and what was expected; Elysia's own message would repeat the whole input. */
function validationMessage(error: ValidationError): string {
  const [first] = error.all as { path?: string; schema?: { description?: string }; message?: string }[]
  const where = `${error.type}${first?.path ?? ''}`
  return `${where}: ${first?.schema?.description ?? first?.message ?? 'not as documented'}`.slice(0, 300)
}

const TITLES: Record<Told['code'], string> = {
  invalid: 'The request is not as documented',
  unauthorized: 'Not authorised',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'In conflict with what is there',
  gone: 'Gone',
  too_large: 'Too large',
  rate_limited: 'Too many requests',
  unavailable: 'Not available right now',
  bad_gateway: 'The sender did not do it',
  internal: 'Something broke',
}

function problem({ status, code, message }: Told, instance: string, requestId: string): Response {
  const body = { type: 'about:blank', title: TITLES[code], status, code, ...(message !== undefined && { detail: message }), instance, requestId }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}

function page(request: Request, { status, code, message }: Told, requestId: string): Response {
  if (request.headers.has('hx-request')) return html(toHtml(<Flash kind="error" message={message ?? TITLES[code]} />), { status })
  return html(toDocument(<ErrorPage status={status} requestId={requestId} {...(message !== undefined && { message })} />), { status })
}

function isApi(path: string): boolean {
  return path.startsWith('/api/') && path !== '/api/docs'
}
