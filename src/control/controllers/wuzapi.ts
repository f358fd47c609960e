/**
 * wuzapi. Its sessions are its users, each with a token of its own; the admin token lists them (API.md, "List All Users"). Newer versions
 * wrap that list as everything else, `{code, success, data}`; both are read. Some of its errors are plain texts with HTTP 500.
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { textInQrUrl } from '../../providers/qr-image'
import { text, waId } from '../../providers/read'
import { ask } from '../answer'
import type { Api, ApiRequest } from '../client'
import type { Answer, Controller } from '../controller'
import { failed, type Told, told } from '../told'

const User = Type.Object(
  { name: Type.String(), token: Type.String(), connected: Type.Optional(Type.Unknown()), jid: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
)
const Users = Compile(Type.Union([Type.Array(User), Type.Object({ data: Type.Array(User) }, { additionalProperties: true })]))
const Wrapped = Compile(Type.Object({ success: Type.Boolean(), data: Type.Optional(Type.Unknown()) }, { additionalProperties: true }))

const SLOW_MS = 30_000

async function users(api: Api) {
  const answered = await ask(api, { method: 'GET', path: '/admin/users', headers: { authorization: api.key } }, Users)
  return answered.ok ? told(Array.isArray(answered.value) ? answered.value : answered.value.data) : answered
}

/** Where the key is no admin's, it is taken for the token of the one user there is. */
async function tokenOf(api: Api, session: string): Promise<Told<string>> {
  const all = await users(api)
  if (!all.ok) return all.failure.kind === 'key' ? told(api.key) : all
  const user = all.value.find(({ name }) => name === session)
  return user === undefined ? failed('missing', 'The sender has no user of this name') : told(user.token)
}

async function call(api: Api, session: string, request: ApiRequest): Promise<Told<Record<string, unknown>>> {
  const token = await tokenOf(api, session)
  return token.ok ? callAs(api, token.value, request) : token
}

async function callAs(api: Api, token: string, request: ApiRequest): Promise<Told<Record<string, unknown>>> {
  const answered = await ask(api, { ...request, headers: { token } }, Wrapped)
  if (!answered.ok) return answered
  const { data } = answered.value
  return told(typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {})
}

const post =
  (path: string) =>
  async (api: Api, session: string): Promise<Told<Answer>> => {
    const answered = await call(api, session, { method: 'POST', path, timeoutMs: SLOW_MS })
    return answered.ok ? told({}) : answered
  }

/** API.md writes `Connected` and `LoggedIn`, the code `connected` and `loggedIn` (newer, with jid, events and qrcode). */
function answerOf(data: Record<string, unknown>): Answer {
  const isConnected = (data.connected ?? data.Connected) === true
  const isLoggedIn = (data.loggedIn ?? data.LoggedIn) === true
  if (!isConnected) return { status: 'disconnected', reason: 'unknown', detail: isLoggedIn ? 'logged in, not connected' : 'not connected' }
  if (!isLoggedIn) {
    const code = typeof data.qrcode === 'string' && data.qrcode !== '' ? textInQrUrl(data.qrcode) : null
    return code === null ? { status: 'qr' } : { status: 'qr', qr: code }
  }
  const id = waId(data.jid)
  return id === undefined ? { status: 'connected' } : { status: 'connected', account: { id } }
}

export const wuzapi: Controller = {
  id: 'wuzapi',
  label: 'wuzapi',
  key: { label: 'Admin token', hint: 'WUZAPI_ADMIN_TOKEN; or the token of the only user', required: true },
  /** Connecting sets the subscriptions anew, and without any nothing is posted any more: those it has are sent back. */
  async start(api, session) {
    const token = await tokenOf(api, session)
    if (!token.ok) return token
    const now = await callAs(api, token.value, { method: 'GET', path: '/session/status' })
    if (!now.ok) return now
    const events = text(now.value.events, 2_000)
      ?.split(',')
      .filter((name) => name !== '')
    const json = { Subscribe: events && events.length > 0 ? events : ['All'], Immediate: true }
    const answered = await callAs(api, token.value, { method: 'POST', path: '/session/connect', json, timeoutMs: SLOW_MS })
    return answered.ok ? told({}) : answered
  },
  stop: post('/session/disconnect'),
  logout: post('/session/logout'),
  async pairingCode(api, session, phone) {
    const answered = await call(api, session, { method: 'POST', path: '/session/pairphone', json: { Phone: phone }, timeoutMs: SLOW_MS })
    if (!answered.ok) return answered
    const code = text(answered.value.LinkingCode, 50)
    return code === undefined ? failed('confused', 'The sender gave no pairing code') : told(code)
  },
  async qr(api, session) {
    const answered = await call(api, session, { method: 'GET', path: '/session/qr' })
    if (!answered.ok) return answered
    const { QRCode } = answered.value
    return told(typeof QRCode === 'string' && QRCode !== '' ? textInQrUrl(QRCode) : null)
  },
  async status(api, session) {
    const answered = await call(api, session, { method: 'GET', path: '/session/status' })
    return answered.ok ? told(answerOf(answered.value)) : answered
  },
  async list(api) {
    const all = await users(api)
    if (!all.ok) return all
    // Connected without being logged in is told apart by the status of each.
    return told(all.value.map(({ name, connected }) => (connected === false || connected === 0 ? { name, answer: answerOf({}) } : { name })))
  },
  notes: {
    start: 'Connects with the subscriptions that the user has',
    stop: 'Disconnects and keeps the log-in',
    pairingCode: 'While it is connected and not logged in',
  },
}
