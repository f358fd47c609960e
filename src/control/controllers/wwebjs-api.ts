/**
 * avoylenko/wwebjs-api and its ancestor chrishubert/whatsapp-api. Every answer below was given by the real app: state changes are GETs
 * (ours are POSTs all the same), a "no" comes as HTTP 200 with `success: false`, and after our own stop, restart or terminate no
 * webhook follows: the answer is all there will be.
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Status } from '../../domain/event'
import { sessionEvent } from '../../providers/wwebjs-api/session'
import { ask, refusedWith } from '../answer'
import type { Api, ApiRequest } from '../client'
import type { Answer, Controller } from '../controller'
import { failed, type Told, told } from '../told'

const Plain = Compile(
  Type.Object(
    {
      success: Type.Boolean(),
      message: Type.Optional(Type.Unknown()),
      error: Type.Optional(Type.Unknown()),
      state: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      qr: Type.Optional(Type.String()),
      result: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)

/** The fork answers only when the page is loaded and injected, which takes many seconds. */
const STARTING_MS = 60_000
/** A page that hangs makes it wait for ten seconds and more. */
const STATUS_MS = 15_000
const PAIRING: readonly Status[] = ['starting', 'qr', 'loading', 'authenticated']

async function call(api: Api, path: string, more: Partial<ApiRequest> = {}) {
  const answered = await ask(api, { method: 'GET', path, ...more }, Plain, { also: [422] })
  if (!answered.ok || answered.value.success) return answered
  const { message, error } = answered.value
  if (message === 'session_not_found') return failed('missing', 'The sender has no such session running: start it first')
  return refusedWith(api, text(error) ?? text(message))
}

const act =
  (verb: string, timeoutMs = STATUS_MS) =>
  async (api: Api, session: string): Promise<Told<Answer>> => {
    const answered = await call(api, `/session/${verb}/${encodeURIComponent(session)}`, { timeoutMs })
    return answered.ok ? told({}) : answered
  }

async function qr(api: Api, session: string): Promise<Told<string | null>> {
  const answered = await ask(api, { method: 'GET', path: `/session/qr/${encodeURIComponent(session)}`, timeoutMs: STATUS_MS }, Plain)
  return answered.ok ? told(answered.value.qr ?? null) : answered
}

/** Always HTTP 200: `{success, state, message}`. */
async function status(api: Api, session: string): Promise<Told<Answer>> {
  const answered = await ask(api, { method: 'GET', path: `/session/status/${encodeURIComponent(session)}`, timeoutMs: STATUS_MS }, Plain)
  if (!answered.ok) return answered
  const { state, message } = answered.value
  // A session that is still being started is not in its list yet, although its QR codes are posted already.
  if (message === 'session_not_found') return told({ status: 'disconnected', reason: 'unknown', detail: 'session_not_found', fits: PAIRING })
  if (message === 'browser tab closed' || message === 'session closed') return told({ status: 'disconnected', reason: 'unknown', detail: message })
  const facts = sessionEvent('change_state', { state: state ?? undefined })?.session ?? {}
  if (facts.status === 'connected') return told(facts)
  // UNPAIRED is both, unlinked and waiting for a scan: a code tells the two apart.
  const code = await qr(api, session)
  if (code.ok && code.value !== null) return told({ status: 'qr', qr: code.value })
  if (facts.status === 'disconnected' && state?.startsWith('UNPAIRED') === true) return told({ ...facts, fits: PAIRING })
  return told({ ...facts, detail: facts.detail ?? text(message) ?? 'session_not_connected' })
}

const base = {
  key: { label: 'API key', hint: 'API_KEY of the service; empty when it has none', required: false },
  authorise: (key: string) => ({ 'x-api-key': key }),
  sessionName: { pattern: /^[\w-]+$/, words: 'letters, digits, _ and - only' },
  start: act('start', STARTING_MS),
  restart: act('restart', STARTING_MS),
  logout: act('terminate', STARTING_MS),
  qr,
  status,
} satisfies Partial<Controller>

export const wwebjsApi: Controller = {
  ...base,
  id: 'wwebjs-api',
  label: 'wwebjs-api',
  stop: act('stop', STARTING_MS),
  async pairingCode(api, session, phone) {
    const path = `/session/requestPairingCode/${encodeURIComponent(session)}`
    const answered = await call(api, path, { method: 'POST', json: { phoneNumber: phone }, timeoutMs: STARTING_MS })
    if (!answered.ok) return answered
    const code = text(answered.value.result)
    return code === undefined ? failed('confused', 'The sender gave no pairing code') : told(code)
  },
  async list(api) {
    const answered = await call(api, '/session/getSessions')
    if (!answered.ok) return answered
    const { result } = answered.value
    if (!Array.isArray(result)) return failed('confused', 'The sender gave no list of sessions')
    return told(result.filter((name): name is string => typeof name === 'string').map((name) => ({ name })))
  },
  notes: {
    start: 'Answers when the browser page is loaded, which takes many seconds',
    stop: 'Keeps the log-in; it answers "done" for a session it does not know, too',
    logout: 'Terminates the session: logs out and deletes its folder',
    list: 'Lists sessions that have died, too: each one is asked for its status',
  },
}

export const whatsappApi: Controller = {
  ...base,
  id: 'whatsapp-api',
  provider: 'wwebjs-api',
  label: 'whatsapp-api (the original)',
  notes: { start: 'Answers at once', logout: 'Terminates the session: logs out and deletes its folder' },
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 500).toWellFormed().replaceAll('\0', ' ') : undefined
}
