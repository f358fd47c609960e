/** The one HTTP client of all controllers: bounded in time and size, follows no redirect, and never repeats a key. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { checkedLookup, ForbiddenAddress, hostProblem } from './address'
import { failed, type Told, told } from './told'

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the base URL; every part that is not ours encoded. */
  path: string
  /** Below the host instead: a link that the sender gave, of which only the path is believed. */
  fromRoot?: true
  headers?: Record<string, string>
  json?: unknown
  timeoutMs?: number
}

export interface Reply {
  status: number
  /** Content type, lower case, without its parameters. */
  type: string
  body: Uint8Array
}

/** One sender's API, with its key at hand. */
export interface Api {
  /** '' for an API without one. */
  key: string
  send(request: ApiRequest): Promise<Told<Reply>>
  /** A text of the sender's, fit to be shown: without the key, storable, at most 200 characters. */
  quote(text: string): string
}

export interface Endpoint {
  baseUrl: string
  key: string | null
  /** Ends what is under way, when the server stops. */
  signal?: AbortSignal
}

export const TIMEOUT_MS = 10_000
/** Lists of hundreds of sessions with their configuration stay far below. */
const MAX_ANSWER_BYTES = 8 << 20

export function openApi({ baseUrl, key, signal }: Endpoint, headers: Record<string, string>): Api {
  const base = new URL(baseUrl)
  return {
    key: key ?? '',
    send: (request) => send(base, request, headers, signal),
    quote: (text) => withoutKey(text, key).replaceAll('\0', ' ').toWellFormed().replace(/\s+/g, ' ').trim().slice(0, 200).toWellFormed(),
  }
}

function send(base: URL, request: ApiRequest, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Told<Reply>> {
  const problem = hostProblem(base)
  if (problem !== null) return Promise.resolve(failed('address', problem))
  if (signal?.aborted) return Promise.resolve(STOPPING)
  const { json, timeoutMs = TIMEOUT_MS } = request
  const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json))
  const url = new URL(`${base.origin}${request.fromRoot ? '' : base.pathname.replace(/\/$/, '')}${request.path}`)
  const sent: RequestOptions = {
    method: request.method,
    headers: {
      accept: 'application/json',
      'user-agent': 'Linekeeper',
      ...(body && { 'content-type': 'application/json', 'content-length': String(body.byteLength) }),
      // fastify and fiber refuse a POST without a body that does not say how long it is.
      ...(!body && request.method !== 'GET' && { 'content-length': '0' }),
      ...headers,
      ...request.headers,
    },
    lookup: checkedLookup as unknown as NonNullable<RequestOptions['lookup']>,
    agent: false,
  }
  return new Promise((resolve) => {
    const done = (outcome: Told<Reply>) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      resolve(outcome)
      asked.destroy()
    }
    const stop = () => done(STOPPING)
    const timer = setTimeout(() => done(failed('timeout', `The sender did not answer within ${Math.round(timeoutMs / 1000)} s`)), timeoutMs)
    const asked = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, sent, (response) => void receive(response).then(done))
    asked.on('error', (cause: NodeJS.ErrnoException) => done(wordsOf(cause)))
    signal?.addEventListener('abort', stop)
    asked.end(body)
  })
}

const STOPPING = failed('stopping', 'Linekeeper was stopped before the sender had answered; it may have done it')

async function receive(response: IncomingMessage): Promise<Told<Reply>> {
  const status = response.statusCode ?? 0
  // A redirect could lead anywhere, and the key with it.
  if (status >= 300 && status < 400) return failed('confused', `The sender redirects (HTTP ${status}): enter the address that it really has`)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      if (size > MAX_ANSWER_BYTES) return failed('confused', `The sender's answer is larger than ${MAX_ANSWER_BYTES >> 20} MiB`)
      chunks.push(chunk)
    }
  } catch (cause) {
    return wordsOf(cause as NodeJS.ErrnoException)
  }
  const type = (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return told({ status, type, body: Buffer.concat(chunks) })
}

/** In words, by what the system calls it; the system's own message would name the URL, which may hold a key. */
function wordsOf(cause: NodeJS.ErrnoException): Told<Reply> {
  if (cause instanceof ForbiddenAddress) return failed('address', cause.message)
  const code = cause.code ?? ''
  if (code === 'ECONNREFUSED' || code === 'ConnectionRefused')
    return failed('unreachable', 'The sender refuses connections: is it running, and is the port right?')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code.startsWith('DNS_'))
    return failed('unreachable', "The sender's host name is not known: is the base URL right?")
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return failed('unreachable', 'The sender cannot be reached from this server')
  if (/CERT|SSL|TLS|SELF_SIGNED|VERIFY|ISSUER/.test(code)) return failed('unreachable', `The sender's certificate is not trusted (${code})`)
  return failed('unreachable', 'The connection to the sender broke off')
}

function withoutKey(text: string, key: string | null): string {
  if (key === null || key === '') return text
  // `user:password`, `account:token`: what is secret may be repeated without what stands before it.
  const part = key.slice(key.indexOf(':') + 1)
  const spellings = [key, encodeURIComponent(key), Buffer.from(key).toString('base64'), ...(part.length >= 8 ? [part, encodeURIComponent(part)] : [])]
  return spellings.reduce((clean, spelling) => clean.replaceAll(spelling, '[key]'), text)
}
