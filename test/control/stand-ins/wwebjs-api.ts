/** avoylenko/wwebjs-api, as its real app answered. `stopped` sessions post nothing, as there. */
import { json, type StandIn, standIn } from './stand-in'

export const WWEBJS_KEY = 'wwebjs-rest-key-1234567890'

export interface WwebjsStandIn extends StandIn {
  /** Running sessions: state of the library, and the code while there is one. */
  sessions: Map<string, { state: string | null; message?: string; qr?: string }>
}

/** What the fork has added to chrishubert/whatsapp-api. */
const OF_THE_FORK = ['stop', 'getSessions', 'requestPairingCode']

/** @param of `original`: chrishubert/whatsapp-api, whose express knows no route of the fork. */
export function wwebjsStandIn(of: 'fork' | 'original' = 'fork'): WwebjsStandIn {
  const sessions: WwebjsStandIn['sessions'] = new Map()
  const server = standIn(({ headers, method, path, body }, [area, verb = '', id = '']) => {
    if (of === 'original' && OF_THE_FORK.includes(verb)) return noRoute(method, path)
    if (headers['x-api-key'] !== WWEBJS_KEY) return json({ success: false, error: 'Invalid API key' }, 403)
    if (area !== 'session') return json({ success: false, error: 'Not found' }, 404)
    if (verb !== 'getSessions' && !/^[\w-]+$/.test(id)) return json({ success: false, error: 'Session ID must be alphanumerical or -' }, 422)
    const session = sessions.get(id)
    switch (`${method} ${verb}`) {
      case 'GET getSessions':
        return json({ success: true, result: [...sessions.keys()] })
      case 'GET start':
        if (session) return json({ success: false, error: `Session already exists for: ${id}` }, 422)
        sessions.set(id, { state: null })
        return json({ success: true, message: 'Session initiated successfully' })
      case 'GET stop':
        sessions.delete(id)
        return json({ success: true, message: 'Session stopped successfully' })
      case 'GET restart':
        if (!session) return json({ success: false, state: null, message: 'session_not_found' })
        sessions.set(id, { state: null })
        return json({ success: true, message: 'Restarted successfully' })
      case 'GET terminate':
        if (!session) return json({ success: false, state: null, message: 'session_not_found' })
        sessions.delete(id)
        return json({ success: true, message: 'Logged out successfully' })
      case 'GET status':
        if (!session) return json({ success: false, state: null, message: 'session_not_found' })
        if (session.message) return json({ success: false, state: session.state, message: session.message })
        return json({
          success: session.state === 'CONNECTED',
          state: session.state,
          message: session.state === 'CONNECTED' ? 'session_connected' : 'session_not_connected',
        })
      case 'GET qr':
        return session?.qr ? json({ success: true, qr: session.qr }) : json({ success: false, message: 'qr code not ready or already scanned' })
      case 'POST requestPairingCode':
        if (!session) return json({ success: false, state: null, message: 'session_not_found' })
        return /^\d+$/.test((body as { phoneNumber: string }).phoneNumber)
          ? json({ success: true, result: 'ABCD1234' })
          : json({ success: false, error: 'Invalid number' })
      default:
        return json({ success: false, error: 'Not found' }, 404)
    }
  })
  return { ...server, sessions }
}

/** As express answers where nobody has said anything else: before any key is asked for. */
function noRoute(method: string, path: string): Response {
  const page = `<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot ${method} ${path}</pre>\n</body>\n</html>\n`
  return new Response(page, { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } })
}
