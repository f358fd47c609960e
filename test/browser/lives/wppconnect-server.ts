import { wppconnectDialect } from '../../../src/tasks/simulate/wppconnect'
import { WPP_SECRET, wppconnectStandIn } from '../../control/stand-ins/others'
import { type Life, STARTING, signingIn, started } from './life'

const OWN = 'true_5511960000001@c.us_FFD9A7D1A49BC92619465C1A8F1BBB4A'
/** In the recordings of acks it is another message's. */
const ACKED = [
  ['true_5511960000001@c.us_4D4B031D8BE0625792E6', OWN],
  ['21E9363D8D69213D46A7', OWN.slice(OWN.lastIndexOf('_') + 1)],
] as const

const server = wppconnectStandIn()
const is = (status: string, urlcode?: string) => server.sessions.set('demo', urlcode === undefined ? { status } : { status, urlcode })

/** Tokens are bought with the secret; it posts a word for each step, and after its own log-out too. */
export const wppconnectLife: Life = {
  dialect: wppconnectDialect,
  session: 'demo',
  api: { server, key: WPP_SECRET },
  buttons: ['Start', 'Pairing code…', 'Stop…', 'Log out…'],
  async appears(scene) {
    is('CLOSED')
    await scene.imports()
  },
  pairing: {
    async shows(scene, code, isFirst) {
      if (isFirst) {
        await started(scene)
        await scene.asked('POST /api/demo/start-session')
        await scene.desk.status(STARTING)
        await scene.posts(['status-find.notLogged'])
      }
      is('QRCODE', code)
      await scene.posts(['qrcode', [/(?<="urlcode":")[^"]*/g, code]])
    },
    async scanned(scene) {
      is('CONNECTED')
      await scene.posts(['status-find.qrReadSuccess'])
      await signingIn(scene)
      await scene.posts(['status-find.isLogged'], ['status-find.inChat'])
    },
  },
  receives: (scene) => scene.posts(['onmessage']),
  ticks: [
    ['sent', (scene) => scene.posts(['onselfmessage'])],
    ['delivered', (scene) => scene.posts(['onack.ack2', ...ACKED])],
    ['read', (scene) => scene.posts(['onack.ack3', ...ACKED])],
  ],
  flap: {
    drops: (scene) => scene.posts(['status-find.serverClose']),
    returns: (scene) => scene.posts(['status-find.inChat']),
    away: 'Disconnected',
    why: 'network lost',
  },
  async unlinked(scene) {
    is('CLOSED')
    await scene.posts(['status-find.disconnectedMobile'])
  },
  logOut: { call: 'POST /api/demo/logout-session', follows: (scene) => scene.posts(['logoutsession']) },
}
