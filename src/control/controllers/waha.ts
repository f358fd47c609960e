/** WAHA: docs of its sessions API and src/core/abc/manager.abc.ts:193-218 for the QR, which its webhooks only announce. */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { fields, text, waId } from '../../providers/read'
import { ask, read } from '../answer'
import type { Api } from '../client'
import type { Answer, Controller } from '../controller'
import { type Told, told } from '../told'

const Session = Compile(
  Type.Object({ name: Type.Optional(Type.String()), status: Type.Optional(Type.String()), me: Type.Optional(Type.Unknown()) }, { additionalProperties: true }),
)
const Sessions = Compile(
  Type.Array(Type.Object({ name: Type.String(), status: Type.String(), me: Type.Optional(Type.Unknown()) }, { additionalProperties: true })),
)
const Code = Compile(Type.Object({ code: Type.String({ minLength: 1, maxLength: 50 }) }, { additionalProperties: true }))

const Raw = Compile(Type.Object({ value: Type.String({ minLength: 1, maxLength: 2953 }) }, { additionalProperties: true }))

/** It starts a browser, and waits up to ten seconds for a QR. */
const SLOW_MS = 30_000
const QR_MS = 15_000

const WORDS = new Map<string, Answer>([
  ['STARTING', { status: 'starting', fits: ['loading', 'authenticated'] }],
  ['SCAN_QR_CODE', { status: 'qr' }],
  ['WORKING', { status: 'connected' }],
  ['FAILED', { status: 'auth_failure', reason: 'unknown', detail: 'FAILED' }],
  ['STOPPED', { status: 'disconnected', reason: 'stopped', detail: 'STOPPED' }],
])

function answerOf(session: { status?: string; me?: unknown }): Answer {
  if (session.status === undefined) return {}
  const answer = WORDS.get(session.status) ?? { detail: text(session.status, 100) ?? 'unknown' }
  const id = waId(fields(session.me).id)
  if (answer.status !== 'connected' || id === undefined) return answer
  const name = text(fields(session.me).pushName)
  return { ...answer, account: name === undefined ? { id } : { id, name } }
}

const act =
  (verb: string) =>
  async (api: Api, session: string): Promise<Told<Answer>> => {
    const answered = await ask(api, { method: 'POST', path: `/api/sessions/${encodeURIComponent(session)}/${verb}`, timeoutMs: SLOW_MS }, Session)
    return answered.ok ? told(answerOf(answered.value)) : answered
  }

export const waha: Controller = {
  id: 'waha',
  label: 'WAHA',
  key: { label: 'API key', hint: 'WAHA_API_KEY', required: false },
  authorise: (key) => ({ 'x-api-key': key }),
  sessionName: { pattern: /^[\w-]{1,54}$/, words: 'at most 54 letters, digits, _ and -' },
  watch: { codeAfterMs: 45_000 },
  start: act('start'),
  stop: act('stop'),
  restart: act('restart'),
  logout: act('logout'),
  async pairingCode(api, session, phone) {
    const path = `/api/${encodeURIComponent(session)}/auth/request-code`
    const answered = await ask(api, { method: 'POST', path, json: { phoneNumber: phone }, timeoutMs: SLOW_MS }, Code)
    return answered.ok ? told(answered.value.code) : answered
  },
  /** 422 with `{error, session, status, expected}` unless it is in SCAN_QR_CODE. */
  async qr(api, session) {
    const sent = await api.send({ method: 'GET', path: `/api/${encodeURIComponent(session)}/auth/qr?format=raw`, timeoutMs: QR_MS })
    if (!sent.ok) return sent
    if (sent.value.status === 422) return told(null)
    const answered = read(api, sent.value, Raw)
    return answered.ok ? told(answered.value.value) : answered
  },
  async status(api, session) {
    const answered = await ask(api, { method: 'GET', path: `/api/sessions/${encodeURIComponent(session)}` }, Session)
    return answered.ok ? told(answerOf(answered.value)) : answered
  },
  async list(api) {
    const answered = await ask(api, { method: 'GET', path: '/api/sessions?all=true' }, Sessions)
    return answered.ok ? told(answered.value.map((session) => ({ name: session.name, answer: answerOf(session) }))) : answered
  },
  notes: {
    qr: 'Its webhooks announce a code without giving it: Linekeeper fetches each one',
    logout: 'The session stays and can be started again for the next phone',
    pairingCode: 'While the session waits for a scan',
  },
}
