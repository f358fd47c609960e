/** WAHA 2026.2.1's sessions API. */
import { json, type StandIn, standIn } from './stand-in'

export const WAHA_KEY = 'waha-rest-key-1234567890'

export interface WahaStandIn extends StandIn {
  sessions: Map<string, { status: string; code?: string; me?: { id: string; pushName: string } }>
}

export function wahaStandIn(): WahaStandIn {
  const sessions: WahaStandIn['sessions'] = new Map()
  const shown = (name: string) => {
    const { status, me = null } = sessions.get(name) ?? { status: 'STOPPED' }
    return { name, status, config: {}, me, presence: null, timestamps: { activity: null }, engine: { engine: 'NOWEB' } }
  }
  const server = standIn(({ method, path, headers }, parts) => {
    if (headers['x-api-key'] !== WAHA_KEY) return json({ message: 'Unauthorized', statusCode: 401 }, 401)
    if (path === '/api/sessions?all=true') return json([...sessions.keys()].map(shown))
    const name = (parts[1] === 'sessions' ? parts[2] : parts[1]) ?? ''
    const session = sessions.get(name)
    if (!session) return json({ message: 'Session not found', error: 'Not Found', statusCode: 404 }, 404)
    if (parts[1] === 'sessions' && parts.length === 3 && method === 'GET') return json(shown(name))
    if (parts[1] === 'sessions' && method === 'POST') {
      session.status = { start: 'STARTING', restart: 'STARTING', stop: 'STOPPED', logout: 'STOPPED' }[parts[3] ?? ''] ?? session.status
      return json(shown(name), 201)
    }
    if (parts[2] === 'auth' && parts[3] === 'qr' && method === 'GET') {
      if (session.status === 'SCAN_QR_CODE' && session.code) return json({ value: session.code })
      const error = 'Session status is not as expected. Try again later or restart the session'
      return json({ error, session: name, status: session.status, expected: ['SCAN_QR_CODE'] }, 422)
    }
    if (parts[2] === 'auth' && parts[3] === 'request-code' && method === 'POST') return json({ code: 'ABCD-ABCD' }, 201)
    return json({ message: `Cannot ${method} ${path}`, error: 'Not Found', statusCode: 404 }, 404)
  })
  return { ...server, sessions }
}
