/**
 * GOWA (go-whatsapp-web-multidevice; src/ui/rest/device.go, src/usecase/device.go). Its webhooks tell neither states nor codes, so both
 * are asked for. An unknown device is HTTP 500 with "device … not found" (middleware/recovery.go).
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { STATUSES } from '../../domain/event'
import { textInQr } from '../../providers/qr-image'
import { text, waId } from '../../providers/read'
import { ask, refusal } from '../answer'
import type { Api, ApiRequest } from '../client'
import type { Answer, Controller } from '../controller'
import { failed, type Told, told } from '../told'

const wrapped = <T extends Parameters<typeof Type.Optional>[0]>(results: T) => Type.Object({ code: Type.String(), results }, { additionalProperties: true })
const Any = Compile(wrapped(Type.Optional(Type.Unknown())))
const Login = Compile(wrapped(Type.Object({ qr_link: Type.String({ minLength: 1 }) }, { additionalProperties: true })))
const Pair = Compile(wrapped(Type.Object({ pair_code: Type.String({ minLength: 1, maxLength: 50 }) }, { additionalProperties: true })))
const Status = Compile(wrapped(Type.Object({ is_connected: Type.Boolean(), is_logged_in: Type.Boolean() }, { additionalProperties: true })))
const Device = Type.Object(
  { id: Type.String(), state: Type.Optional(Type.String()), jid: Type.Optional(Type.Unknown()), display_name: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
)
/** Go writes an empty list as null. */
const Devices = Compile(wrapped(Type.Union([Type.Array(Device), Type.Null()])))

const SLOW_MS = 30_000

const at = (session: string, rest: string) => `/devices/${encodeURIComponent(session)}${rest}`

function aboutDevice<T>(answered: Told<T>): Told<T> {
  if (answered.ok || !/device .*not found/i.test(answered.failure.message)) return answered
  return failed('missing', 'The sender has no such device')
}

/** The code is a picture on the sender; of its link only the path is believed. */
async function logIn(api: Api, session: string): Promise<Told<string>> {
  const answered = aboutDevice(await ask(api, { method: 'GET', path: at(session, '/login'), timeoutMs: SLOW_MS }, Login))
  if (!answered.ok) return answered
  const link = answered.value.results.qr_link
  const { pathname } = new URL(link, 'http://sender')
  const picture = await api.send({ method: 'GET', path: pathname, fromRoot: true, headers: { accept: 'image/png' } })
  if (!picture.ok) return picture
  if (picture.value.status !== 200) return refusal(api, picture.value)
  const code = textInQr(picture.value.body)
  return code === null ? failed('confused', 'The sender drew a QR code that cannot be read') : told(code)
}

const post =
  (rest: string) =>
  async (api: Api, session: string): Promise<Told<Answer>> => {
    const request: ApiRequest = { method: 'POST', path: at(session, rest), timeoutMs: SLOW_MS }
    const answered = aboutDevice(await ask(api, request, Any))
    return answered.ok ? told({}) : answered
  }

/** Neither connected nor logged in is what it also says while a code waits for its scan. */
function answerOf(isConnected: boolean, isLoggedIn: boolean): Answer {
  if (isLoggedIn && isConnected) return { status: 'connected' }
  if (isLoggedIn) return { status: 'disconnected', reason: 'network', detail: 'logged in, not connected' }
  return { status: 'disconnected', reason: 'logged_out', detail: 'not logged in', fits: ['starting', 'qr', 'loading', 'authenticated'] }
}

function ofState(state: string | undefined): Answer {
  if (state === 'logged_in') return { status: 'connected' }
  if (state === 'connecting') return { status: 'starting', fits: ['qr'] }
  return answerOf(state === 'connected', false)
}

export const gowa: Controller = {
  id: 'gowa',
  label: 'GOWA',
  key: { label: 'User and password', hint: 'user:password of APP_BASIC_AUTH; empty when it has none', required: false },
  authorise: (key) => ({ authorization: `Basic ${Buffer.from(key).toString('base64')}` }),
  watch: { status: { of: STATUSES, everyMs: 30_000 }, codeAfterMs: 45_000 },
  async start(api, session) {
    const code = await logIn(api, session)
    return code.ok ? told({ status: 'qr', qr: code.value }) : code
  },
  restart: post('/reconnect'),
  logout: post('/logout'),
  async pairingCode(api, session, phone) {
    const request: ApiRequest = { method: 'POST', path: at(session, `/login/code?phone=${phone}`), timeoutMs: SLOW_MS }
    const answered = aboutDevice(await ask(api, request, Pair))
    return answered.ok ? told(answered.value.results.pair_code) : answered
  },
  qr: logIn,
  async status(api, session) {
    const answered = aboutDevice(await ask(api, { method: 'GET', path: at(session, '/status') }, Status))
    return answered.ok ? told(answerOf(answered.value.results.is_connected, answered.value.results.is_logged_in)) : answered
  },
  async list(api) {
    const answered = await ask(api, { method: 'GET', path: '/devices' }, Devices)
    if (!answered.ok) return answered
    return told(
      (answered.value.results ?? []).map(({ id, state, jid, display_name }) => ({ name: id, answer: withAccount(ofState(state), jid, display_name) })),
    )
  },
  notes: {
    start: 'Logs in anew, with a code to scan; a device that is logged in comes back by restart',
    restart: 'Reconnects; refused for a device that is not logged in',
    qr: 'Its webhooks bring none: Linekeeper asks for the next code while somebody should scan, for five minutes at most',
    status: 'Its webhooks tell no states: Linekeeper asks twice a minute',
  },
}

function withAccount(answer: Answer, jid: unknown, displayName: unknown): Answer {
  const id = waId(jid)
  const name = text(displayName)
  return answer.status !== 'connected' || id === undefined ? answer : { ...answer, account: name === undefined ? { id } : { id, name } }
}
