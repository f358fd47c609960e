/** Evolution API 2.3.6. Errors are `{status, error, response: {message}}`; some failures are HTTP 200 `{error: true, message}`. */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { text, waId } from '../../providers/read'
import { ask, refusedWith, saidIn } from '../answer'
import type { Api, ApiRequest } from '../client'
import type { Answer, Controller } from '../controller'
import { failed, type Told, told } from '../told'

const Instance = Type.Object({ instanceName: Type.Optional(Type.String()), state: Type.Optional(Type.String()) }, { additionalProperties: true })
const Anything = Compile(
  Type.Object(
    {
      error: Type.Optional(Type.Unknown()),
      message: Type.Optional(Type.Unknown()),
      instance: Type.Optional(Instance),
      code: Type.Optional(Type.Unknown()),
      pairingCode: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: true },
  ),
)
/** Rows also hold each instance's `token`: it is not read. */
const Rows = Compile(
  Type.Array(
    Type.Object(
      {
        name: Type.Optional(Type.String()),
        connectionStatus: Type.Optional(Type.String()),
        ownerJid: Type.Optional(Type.Unknown()),
        profileName: Type.Optional(Type.Unknown()),
      },
      { additionalProperties: true },
    ),
  ),
)

const SLOW_MS = 30_000

/** `connecting` is all of it: starting, and waiting for a scan. */
const STATES = new Map<string, Answer>([
  ['open', { status: 'connected' }],
  ['connecting', { status: 'starting', fits: ['qr', 'loading', 'authenticated'] }],
  ['close', { status: 'disconnected', reason: 'unknown', detail: 'close' }],
  ['refused', { status: 'disconnected', reason: 'qr_expired', detail: 'refused' }],
])

const answerOf = (state: string | undefined): Answer => (state === undefined ? {} : (STATES.get(state) ?? { detail: state.slice(0, 100) }))

async function call(api: Api, method: ApiRequest['method'], action: string, session: string, query = '') {
  const answered = await ask(api, { method, path: `/instance/${action}/${encodeURIComponent(session)}${query}`, timeoutMs: SLOW_MS }, Anything)
  return answered.ok && answered.value.error === true ? refusedWith(api, saidIn(answered.value)) : answered
}

export const evolutionApi: Controller = {
  id: 'evolution-api',
  label: 'Evolution API',
  key: { label: 'API key', hint: 'AUTHENTICATION_API_KEY, or the token of one instance', required: true },
  authorise: (key) => ({ apikey: key }),
  watch: { codeAfterMs: 45_000 },
  /** `{pairingCode, code, base64, count}`, or `{instance: {state}}` when it is open. */
  async start(api, session) {
    const answered = await call(api, 'GET', 'connect', session)
    if (!answered.ok) return answered
    const code = text(answered.value.code, 2953)
    return told(code === undefined ? answerOf(answered.value.instance?.state) : { status: 'qr', qr: code })
  },
  /** HTTP 400 when it is closed. A state in its answer may be the one before, so it is not read. */
  async restart(api, session): Promise<Told<Answer>> {
    const answered = await call(api, 'POST', 'restart', session)
    return answered.ok ? told({}) : answered
  },
  async logout(api, session): Promise<Told<Answer>> {
    const answered = await call(api, 'DELETE', 'logout', session)
    return answered.ok ? told({}) : answered
  },
  async pairingCode(api, session, phone) {
    const answered = await call(api, 'GET', 'connect', session, `?number=${phone}`)
    if (!answered.ok) return answered
    const code = text(answered.value.pairingCode, 50)
    return code === undefined ? failed('refused', 'The sender gave no pairing code: it gives one only while it waits for a scan') : told(code)
  },
  /** While it is connecting, the call that connects gives the current code and does nothing else; a closed instance it would start. */
  async qr(api, session) {
    const known = await call(api, 'GET', 'connectionState', session)
    if (!known.ok) return known
    if (known.value.instance?.state !== 'connecting') return told(null)
    const answered = await call(api, 'GET', 'connect', session)
    return answered.ok ? told(text(answered.value.code, 2953) ?? null) : answered
  },
  async status(api, session) {
    const answered = await call(api, 'GET', 'connectionState', session)
    return answered.ok ? told(answerOf(answered.value.instance?.state)) : answered
  },
  async list(api) {
    const answered = await ask(api, { method: 'GET', path: '/instance/fetchInstances' }, Rows)
    if (!answered.ok) return answered
    return told(
      answered.value.flatMap(({ name, connectionStatus, ownerJid, profileName }) => {
        if (name === undefined) return []
        const answer = answerOf(connectionStatus)
        const id = waId(ownerJid)
        if (answer.status !== 'connected' || id === undefined) return [{ name, answer }]
        const pushName = text(profileName)
        return [{ name, answer: { ...answer, account: pushName === undefined ? { id } : { id, name: pushName } } }]
      }),
    )
  },
  notes: {
    start: 'Connects, and gives the first code; the next ones come by webhook',
    restart: 'Refused while the instance is closed: start it instead',
    logout: 'The instance stays and can be started again for the next phone',
    pairingCode: 'While the instance waits for a scan',
    qr: 'Comes by webhook; one that was missed is fetched while the instance waits for a scan',
  },
}
