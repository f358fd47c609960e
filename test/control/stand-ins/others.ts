/** WPPConnect server, GOWA, wuzapi and open-wa. */
import { toBuffer, toDataURL } from 'qrcode'
import { json, type StandIn, standIn } from './stand-in'

export const WPP_SECRET = 'wpp/secret key&1'
export const GOWA_LOGIN = 'admin:gowa-password'
export const WUZAPI_ADMIN = 'wuzapi-admin-token-123456'
export const OPEN_WA_KEY = 'open-wa-api-key-123456'

export interface Fake<S> extends StandIn {
  sessions: Map<string, S>
}

/** Tokens are bought with the secret in the path; statuses as getSessionState gives them. */
export function wppconnectStandIn(): Fake<{ status: string; urlcode?: string }> {
  const sessions = new Map<string, { status: string; urlcode?: string }>()
  const server = standIn(({ method, headers }, [api, name = '', third = '']) => {
    if (api !== 'api') return json({ error: 'Not found' }, 404)
    if (third === 'show-all-sessions')
      return name === WPP_SECRET ? json({ response: [...sessions.keys()] }) : json({ response: false, message: 'The token is incorrect' }, 400)
    return withSession(sessions, `${method} ${third}`, name, headers, third)
  })
  return { ...server, sessions }
}

function withSession(
  sessions: Map<string, { status: string; urlcode?: string }>,
  call: string,
  name: string,
  headers: Record<string, string>,
  third: string,
): Response {
  if (call === `POST ${WPP_SECRET}`) return json({ status: 'success', session: name, token: `$2b$10$${name}`, full: `${name}:$2b$10$${name}` }, 201)
  if (call.startsWith('POST ') && third !== '' && !third.includes('session')) return json({ response: false, message: 'The SECRET_KEY is incorrect' }, 400)
  if (headers.authorization !== `Bearer $2b$10$${name}`) return json({ error: 'Check that the Session and Token are correct' }, 401)
  const session = sessions.get(name)
  switch (call) {
    case 'POST start-session':
      if (!session) sessions.set(name, { status: 'INITIALIZING' })
      return session ? json({ status: session.status, qrcode: null, urlcode: session.urlcode, version: '2.10.4' }) : json({ status: 'CLOSED', qrcode: null })
    case 'GET status-session':
      return session ? json({ status: session.status, qrcode: null, urlcode: session.urlcode, version: '2.10.4' }) : json({ status: 'CLOSED', qrcode: null })
    case 'POST close-session':
    case 'POST logout-session':
      if (!session) return json({ status: false, message: 'Error closing session', error: {} }, 500)
      sessions.delete(name)
      return json({ status: true, message: 'Session successfully closed' })
    default:
      return json({ error: 'Not found' }, 404)
  }
}

/** The QR is a picture; an unknown device is HTTP 500. */
export function gowaStandIn(): Fake<{ connected: boolean; loggedIn: boolean; code?: string }> {
  const sessions = new Map<string, { connected: boolean; loggedIn: boolean; code?: string }>()
  const ok = (results: unknown) => json({ status: 200, code: 'SUCCESS', message: 'ok', results })
  const server = standIn(async ({ method, path, headers }, [area, id = '', verb = '', more = '']) => {
    if (headers.authorization !== `Basic ${btoa(GOWA_LOGIN)}`) return new Response('Unauthorized', { status: 401 })
    if (area === 'statics')
      return new Response(new Uint8Array(await toBuffer(sessions.get(more.replace('.png', ''))?.code ?? 'none')), { headers: { 'content-type': 'image/png' } })
    if (path === '/devices') {
      const all = [...sessions].map(([each, { loggedIn }]) => ({
        id: each,
        phone_number: '',
        display_name: 'Front desk',
        state: loggedIn ? 'logged_in' : 'disconnected',
        jid: loggedIn ? '4915112345678@s.whatsapp.net' : '',
        created_at: '2026-01-01T00:00:00Z',
      }))
      return ok(all.length > 0 ? all : null)
    }
    const device = sessions.get(id)
    if (!device) return json({ status: 500, code: 'INTERNAL_SERVER_ERROR', message: `device ${id} not found` }, 500)
    switch (`${method} ${verb}${more && `/${more}`}`) {
      case 'GET login':
        return ok({ device_id: id, qr_link: `http://somewhere.else:1/statics/images/qr/${id}.png`, qr_duration: 60 })
      case 'POST login/code':
        return ok({ device_id: id, pair_code: 'GOWA-1234' })
      case 'GET status':
        return ok({ device_id: id, is_connected: device.connected, is_logged_in: device.loggedIn })
      case 'POST reconnect':
        return device.loggedIn
          ? ok(null)
          : json({ status: 500, code: 'INTERNAL_SERVER_ERROR', message: `device ${id} is not logged in (session deleted)` }, 500)
      case 'POST logout':
        Object.assign(device, { connected: false, loggedIn: false })
        return ok(null)
      default:
        return json({ status: 404 }, 404)
    }
  })
  return { ...server, sessions }
}

/** One token per user; the QR is a data URL; some errors are plain texts. */
export function wuzapiStandIn(): Fake<{ connected: boolean; loggedIn: boolean; code?: string; events?: string }> {
  const sessions = new Map<string, { connected: boolean; loggedIn: boolean; code?: string; events?: string }>()
  const ok = (data: unknown) => json({ code: 200, data, success: true })
  const server = standIn(async ({ method, path, headers }) => {
    if (path === '/admin/users') {
      if (headers.authorization !== WUZAPI_ADMIN) return json({ code: 401, error: 'unauthorized', success: false }, 401)
      return ok([...sessions].map(([name, { connected }], index) => ({ id: `${index}`, name, token: `token-of-${name}`, connected, jid: '', events: 'All' })))
    }
    const user = sessions.get(headers.token?.replace('token-of-', '') ?? '')
    if (!user) return json({ code: 401, error: 'unauthorized', success: false }, 401)
    switch (`${method} ${path}`) {
      case 'POST /session/connect':
        if (user.connected) return new Response('already connected', { status: 500, headers: { 'content-type': 'text/plain' } })
        user.connected = true
        return ok({ details: 'Connected!', events: user.events ?? '', jid: '', webhook: '' })
      case 'POST /session/disconnect':
        user.connected = false
        return ok({ Details: 'Disconnected' })
      case 'POST /session/logout':
        Object.assign(user, { connected: false, loggedIn: false })
        return ok({ Details: 'Logged out' })
      case 'GET /session/status':
        return ok({
          connected: user.connected,
          loggedIn: user.loggedIn,
          id: '1',
          jid: user.loggedIn ? '4915112345678:3@s.whatsapp.net' : '',
          name: 'x',
          events: user.events ?? '',
          qrcode: user.code ? await toDataURL(user.code) : '',
          webhook: '',
        })
      case 'GET /session/qr':
        return user.code ? ok({ QRCode: await toDataURL(user.code) }) : new Response('no session', { status: 500 })
      case 'POST /session/pairphone':
        return ok({ LinkingCode: 'WUZA-1234' })
      default:
        return json({ code: 404, error: 'not found', success: false }, 404)
    }
  })
  return { ...server, sessions }
}

export function openWaV4StandIn(): StandIn & { state: { word: string } } {
  const state = { word: 'CONNECTED' }
  const server = standIn(({ method, headers, path }) => {
    if (headers.api_key !== OPEN_WA_KEY) return json({ success: false, error: { name: 'UNAUTHORIZED' } }, 401)
    if (method !== 'POST') return json({ success: false }, 404)
    if (path === '/getConnectionState') return json({ success: true, response: state.word })
    return ['/logout', '/meta/process/exit', '/meta/process/restart'].includes(path)
      ? json({ success: true, response: true })
      : json({ success: false, response: 'no such method' }, 404)
  })
  return { ...server, state }
}

export function openWaV5StandIn(): StandIn & { health: { state: string; qr: string | null } } {
  const health = { state: 'AUTHENTICATING', qr: null as string | null }
  const server = standIn(({ path, headers }) => {
    if (headers['x-api-key'] !== OPEN_WA_KEY) return json({ error: 'Unauthorized' }, 401)
    if (path !== '/health') return json({ error: 'Not found' }, 404)
    return json({
      status: 'ok',
      version: '5.0.0-alpha.7',
      connected: health.state === 'READY',
      session: { ready: health.state === 'READY', state: health.state },
      qr: health.qr,
    })
  })
  return { ...server, health }
}
