/**
 * WPPConnect server 2.10.4. Every session has a token of its own, which the secret key buys; the secret stands in the path then.
 * Statuses: CLOSED, INITIALIZING, QRCODE, PHONECODE, CONNECTED (src/controller/sessionController.ts).
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ask, refusedWith, saidIn } from '../answer'
import type { Api, ApiRequest } from '../client'
import type { Answer, Controller } from '../controller'
import { failed, type Told, told } from '../told'

const Token = Compile(Type.Object({ token: Type.String({ minLength: 1 }) }, { additionalProperties: true }))
const State = Compile(
  Type.Object(
    { status: Type.Union([Type.String(), Type.Boolean(), Type.Null()]), urlcode: Type.Optional(Type.Unknown()), message: Type.Optional(Type.Unknown()) },
    { additionalProperties: true },
  ),
)
const Names = Compile(Type.Object({ response: Type.Array(Type.String()) }, { additionalProperties: true }))

const SLOW_MS = 30_000

const WORDS = new Map<string, Answer>([
  ['CLOSED', { status: 'disconnected', reason: 'unknown', detail: 'CLOSED' }],
  ['INITIALIZING', { status: 'starting', fits: ['qr', 'loading', 'authenticated'] }],
  ['QRCODE', { status: 'qr' }],
  ['PHONECODE', { status: 'qr' }],
  ['CONNECTED', { status: 'connected' }],
])

/** A wrong secret is HTTP 400 with "… is incorrect". */
function aboutSecret<T>(answered: Told<T>): Told<T> {
  if (answered.ok || !/incorrect/i.test(answered.failure.message)) return answered
  return failed('key', 'The sender refuses the secret key')
}

async function call(api: Api, session: string, action: string, json?: unknown) {
  const name = encodeURIComponent(session)
  const path = `/api/${name}/${encodeURIComponent(api.key)}/generate-token`
  const bought = aboutSecret(await ask(api, { method: 'POST', path }, Token))
  if (!bought.ok) return bought
  const request: ApiRequest = { method: json === undefined && action === 'status-session' ? 'GET' : 'POST', path: `/api/${name}/${action}`, timeoutMs: SLOW_MS }
  return ask(api, { ...request, headers: { authorization: `Bearer ${bought.value.token}` }, ...(json !== undefined && { json }) }, State)
}

function answerOf({ status, urlcode }: { status: string | boolean | null; urlcode?: unknown }): Answer {
  if (typeof status !== 'string') return {}
  const answer = WORDS.get(status) ?? { detail: status.slice(0, 100) }
  return answer.status === 'qr' && typeof urlcode === 'string' && urlcode !== '' ? { ...answer, qr: urlcode.slice(0, 2953) } : answer
}

/** `{status: true, message}`. */
const end =
  (action: string) =>
  async (api: Api, session: string): Promise<Told<Answer>> => {
    const answered = await call(api, session, action, {})
    if (!answered.ok) return answered
    return answered.value.status === true ? told({}) : refusedWith(api, saidIn(answered.value.message))
  }

export const wppconnectServer: Controller = {
  id: 'wppconnect-server',
  label: 'WPPConnect server',
  key: { label: 'Secret key', hint: 'SECRET_KEY of the server; tokens are made with it', required: true },
  async start(api, session) {
    const answered = await call(api, session, 'start-session', { waitQrCode: false })
    // CLOSED is what it was before.
    return answered.ok ? told(answered.value.status === 'CLOSED' ? {} : answerOf(answered.value)) : answered
  },
  stop: end('close-session'),
  logout: end('logout-session'),
  async pairingCode(api, session, phone) {
    const answered = await call(api, session, 'start-session', { waitQrCode: false, phone })
    return answered.ok ? told(null) : answered
  },
  async qr(api, session) {
    const answered = await call(api, session, 'status-session')
    return answered.ok ? told(answerOf(answered.value).qr ?? null) : answered
  },
  async status(api, session) {
    const answered = await call(api, session, 'status-session')
    return answered.ok ? told(answerOf(answered.value)) : answered
  },
  async list(api) {
    const answered = aboutSecret(await ask(api, { method: 'GET', path: `/api/${encodeURIComponent(api.key)}/show-all-sessions` }, Names))
    return answered.ok ? told(answered.value.response.map((name) => ({ name }))) : answered
  },
  notes: {
    start: 'Sends no webhook address along: set WEBHOOK_URL, since we could not verify that the one of an earlier start is kept',
    stop: 'Keeps the log-in',
    pairingCode: 'Starts the session for this number; the code comes by webhook (phoneCode)',
    list: 'The sessions that it has tokens of',
  },
}
