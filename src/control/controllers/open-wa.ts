/** open-wa runs one session per process: the base URL is the session's, and a source has one session. */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { sessionEvent } from '../../providers/open-wa-v4/session'
import { textInQrUrl } from '../../providers/qr-image'
import { ask, refusedWith, saidIn } from '../answer'
import type { Api } from '../client'
import type { Answer, Controller } from '../controller'
import { type Told, told } from '../told'

const Called = Compile(Type.Object({ success: Type.Optional(Type.Boolean()), response: Type.Optional(Type.Unknown()) }, { additionalProperties: true }))

/** POST /<method> `{args}` with the header `api_key`; `{success, response}`. */
async function call(api: Api, method: string): Promise<Told<unknown>> {
  const answered = await ask(api, { method: 'POST', path: `/${method}`, json: { args: {} } }, Called)
  if (!answered.ok) return answered
  return answered.value.success === false ? refusedWith(api, saidIn(answered.value.response)) : told(answered.value.response)
}

const act =
  (method: string) =>
  async (api: Api): Promise<Told<Answer>> => {
    const answered = await call(api, method)
    return answered.ok ? told({}) : answered
  }

/** v4.76: nothing answers before the log-in, so there is no QR to ask for, and nothing is left to start what was stopped. */
export const openWaV4: Controller = {
  id: 'open-wa-v4',
  label: 'open-wa v4',
  key: { label: 'API key', hint: '--key of the EASY API', required: false },
  authorise: (key) => ({ api_key: key }),
  stop: act('meta/process/exit'),
  restart: act('meta/process/restart'),
  logout: act('logout'),
  async status(api) {
    const answered = await call(api, 'getConnectionState')
    if (!answered.ok) return answered
    return told(sessionEvent({ name: 'onStateChanged', id: undefined, at: undefined }, answered.value)?.session ?? {})
  },
  notes: {
    stop: 'Ends the process; whatever keeps it running (Docker, pm2) may start it again',
    restart: 'Whether the process comes back depends on what keeps it running; we could verify the route only',
    logout: 'The process ends with it by default',
  },
}

const Health = Compile(
  Type.Object(
    {
      connected: Type.Optional(Type.Boolean()),
      session: Type.Optional(Type.Object({ state: Type.Optional(Type.String()) }, { additionalProperties: true })),
      qr: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    },
    { additionalProperties: true },
  ),
)

const STATES = new Map<string, Answer>([
  ['STARTING', { status: 'starting', fits: ['qr', 'loading', 'authenticated'] }],
  ['AUTHENTICATING', { status: 'starting', fits: ['qr', 'loading', 'authenticated'] }],
  ['READY', { status: 'connected' }],
  ['CONNECTED', { status: 'connected' }],
  ['DISCONNECTED', { status: 'disconnected', reason: 'unknown', detail: 'DISCONNECTED' }],
  ['STOPPED', { status: 'disconnected', reason: 'stopped', detail: 'STOPPED' }],
])

/** `{status, connected, session: {ready, state}, qr}` as its own dashboard reads it (use-health.ts). A code is there until it is scanned. */
async function health(api: Api): Promise<Told<Answer>> {
  const answered = await ask(api, { method: 'GET', path: '/health' }, Health)
  if (!answered.ok) return answered
  const { session, qr } = answered.value
  const state = session?.state
  const answer = state === undefined ? {} : (STATES.get(state) ?? { detail: state.slice(0, 100) })
  if (answer.status === 'connected' || !qr) return told(answer)
  const code = codeIn(qr)
  return told(code === null ? { status: 'qr' } : { status: 'qr', qr: code })
}

/** Whether it is the text or a picture is not documented: both are read. */
function codeIn(qr: string): string | null {
  return qr.startsWith('data:') ? textInQrUrl(qr) : qr.slice(0, 2953)
}

/** v5.0.0-alpha.7. How it is started, stopped or logged out by REST we could not verify, so it is not offered. */
export const openWaV5: Controller = {
  id: 'open-wa-v5',
  label: 'open-wa v5 (alpha)',
  key: { label: 'API key', hint: 'sent as X-API-Key', required: false },
  authorise: (key) => ({ 'x-api-key': key }),
  watch: { status: { of: ['starting', 'qr'], everyMs: 10_000 } },
  async qr(api) {
    const answered = await health(api)
    return answered.ok ? told(answered.value.qr ?? null) : answered
  },
  status: health,
  notes: { qr: 'Never in its webhooks: Linekeeper asks /health while somebody should scan' },
}
