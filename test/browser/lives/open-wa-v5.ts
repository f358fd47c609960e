import { openWaV5Dialect } from '../../../src/tasks/simulate/open-wa-v5'
import { OPEN_WA_KEY, openWaV5StandIn } from '../../control/stand-ins/others'
import { type Life, type Post, STARTING } from './life'

const server = openWaV5StandIn()
const becomes = (prev: string, next: string): Post => ['session.state.changed', ['AUTHENTICATING', prev], ['READY', next]]

/** Its webhooks tell every state and never a code: that is asked for at /health while somebody should scan. */
export const openWaV5Life: Life = {
  dialect: openWaV5Dialect,
  session: 'demo',
  api: { server, key: OPEN_WA_KEY },
  buttons: [],
  renew: () => [[/(?<="timestamp":)\d{13}/g, String(Date.now())]],
  appears: (scene) => scene.posts(['core.started'], becomes('STOPPED', 'STARTING')),
  pairing: {
    async shows(scene, code, isFirst) {
      Object.assign(server.health, { state: 'AUTHENTICATING', qr: code })
      if (isFirst) await scene.posts(becomes('STOPPED', 'STARTING'), becomes('STARTING', 'AUTHENTICATING'))
      await scene.asked('GET /health')
    },
    async scanned(scene) {
      Object.assign(server.health, { state: 'READY', qr: null })
      await scene.posts(['session.state.changed'], ['client.ready'])
    },
  },
  receives: (scene) => scene.posts(['message.received']),
  ticks: [
    ['', (scene) => scene.posts(['message.any'])],
    ['delivered', (scene) => scene.posts(['ack.changed'])],
    ['read', (scene) => scene.posts(['ack.changed', ['"ack":2', '"ack":3']])],
  ],
  flap: {
    drops: (scene) => scene.posts(['session.connection.disconnected'], ['session.connection.reconnecting']),
    returns: (scene) => scene.posts(['session.connection.reconnected']),
    away: STARTING,
  },
  async unlinked(scene) {
    Object.assign(server.health, { state: 'DISCONNECTED', qr: null })
    await scene.posts(['auth.logout'], ['session.logout'])
  },
}
