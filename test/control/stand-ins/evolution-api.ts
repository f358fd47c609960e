/** Evolution API 2.3.6's instance controller. */
import { json, type StandIn, standIn } from './stand-in'

export const EVOLUTION_KEY = '429683c4-evolution-global-key'

export interface EvolutionStandIn extends StandIn {
  instances: Map<string, { state: 'open' | 'connecting' | 'close'; code?: string; ownerJid?: string; profileName?: string }>
}

const refused = (status: number, error: string, message: string | string[]) => json({ status, error, response: { message } }, status)

export function evolutionStandIn(): EvolutionStandIn {
  const instances: EvolutionStandIn['instances'] = new Map()
  const server = standIn(({ method, path, headers }, [area, action, name = '']) => {
    if (headers.apikey !== EVOLUTION_KEY) return refused(401, 'Unauthorized', 'Unauthorized')
    if (path === '/instance/fetchInstances')
      return json(
        [...instances].map(([each, { state, ownerJid = null, profileName = null }]) => ({
          id: 'f0e1d2c3-0000-4000-8000-000000000000',
          name: each,
          connectionStatus: state,
          ownerJid,
          profileName,
          disconnectionReasonCode: null,
          token: 'INSTANCE-TOKEN-THAT-NOBODY-MAY-SEE',
        })),
      )
    const instance = instances.get(name)
    if (area !== 'instance' || !instance) return refused(404, 'Not Found', [`The "${name}" instance does not exist`])
    const shown = { instance: { instanceName: name, state: instance.state } }
    switch (`${method} ${action}`) {
      case 'GET connect':
        if (instance.state === 'open') return json(shown)
        instance.state = 'connecting'
        instance.code ??= '2@evolution,code,1'
        return json({ pairingCode: path.includes('?number=') ? 'WXYZ5678' : null, code: instance.code, base64: 'data:image/png;base64,iVBOR', count: 1 })
      case 'GET connectionState':
        return json(shown)
      case 'POST restart':
        if (instance.state === 'close') return refused(400, 'Bad Request', [`The "${name}" instance is not connected`])
        instance.state = 'connecting'
        return json(shown)
      case 'DELETE logout':
        if (instance.state === 'close') return refused(400, 'Bad Request', [`The "${name}" instance is not connected`])
        instance.state = 'close'
        return json({ status: 'SUCCESS', error: false, response: { message: 'Instance logged out' } })
      default:
        return refused(404, 'Not Found', [`Cannot ${method} ${path}`])
    }
  })
  return { ...server, instances }
}
