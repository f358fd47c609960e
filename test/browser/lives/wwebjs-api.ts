import { wwebjsDialect } from '../../../src/tasks/simulate/wwebjs'
import { WWEBJS_KEY, wwebjsStandIn } from '../../control/stand-ins/wwebjs-api'
import { type Life, signingIn, started } from './life'

const server = wwebjsStandIn()
const is = (state: string | null, qr?: string) => server.sessions.set('ABCD', qr === undefined ? { state } : { state, qr })

/** Posts what its browser page tells. After its own log-out it says nothing; unlinked on the phone, it shows the next code by itself. */
export const wwebjsLife: Life = {
  dialect: wwebjsDialect,
  session: 'ABCD',
  api: { server, key: WWEBJS_KEY },
  buttons: ['Start', 'Restart', 'Pairing code…', 'Stop…', 'Log out…'],
  async appears(scene) {
    server.sessions.set('ABCD', { state: null, message: 'browser tab closed' })
    await scene.imports()
    server.sessions.clear()
  },
  pairing: {
    async shows(scene, code) {
      if (!server.sessions.has('ABCD')) {
        await started(scene)
        await scene.asked('GET /session/start/ABCD')
        await scene.desk.status('Starting')
      }
      is('UNPAIRED', code)
      await scene.posts(['qr', [/(?<="qr":")[^"]*/g, code]])
    },
    async scanned(scene) {
      is('CONNECTED')
      await scene.posts(['loading_screen.p41'])
      await scene.desk.page.getByText('41 %').first().waitFor()
      await scene.posts(['authenticated'])
      await signingIn(scene)
      await scene.posts(['ready'], ['change_state.CONNECTED'])
    },
  },
  receives: (scene) => scene.posts(['message_create'], ['message']),
  ticks: [
    ['pending', (scene) => scene.posts(['message_create.fromMe'])],
    ['delivered', (scene) => scene.posts(['message_ack.ack2'])],
    ['read', (scene) => scene.posts(['message_ack.ack3'])],
  ],
  flap: {
    drops: (scene) => scene.posts(['change_state.CONFLICT'], ['disconnected.CONFLICT']),
    returns: (scene) => scene.posts(['authenticated'], ['ready']),
    away: 'Disconnected',
    why: 'replaced by another log-in',
  },
  async unlinked(scene) {
    is('UNPAIRED')
    await scene.posts(['disconnected'])
  },
  logOut: { call: 'GET /session/terminate/ABCD' },
}
