import { gowa } from '../../../src/control/controllers/gowa'
import { goTime } from '../../../src/tasks/simulate/go'
import { gowaDialect } from '../../../src/tasks/simulate/gowa'
import { GOWA_LOGIN, gowaStandIn } from '../../control/stand-ins/others'
import { CONNECTED, type Life, started } from './life'

const OWN = '3EB0C127D7BACC83D686'
/** The rounds come every five seconds; that each session has its turn only twice a minute, a test need not wait for. */
const ASKED_WITHIN_MS = 20_000
const server = gowaStandIn()
const is = (device: { connected: boolean; loggedIn: boolean; code?: string }) => server.sessions.set('loja_1', device)
/** Recorded of two messages. */
const receipt = (sample: string) => [sample, ['3EB00106E8BE0F407E88EC","3EB00106E8BE0F407E88ED', OWN]] as const

/** Its webhooks tell messages and nothing of the session: each state here is asked for, the code is read off a picture. */
export const gowaLife: Life = {
  dialect: gowaDialect,
  session: 'loja_1',
  api: { server, key: GOWA_LOGIN },
  hurry() {
    const { status } = gowa.watch ?? {}
    if (!status) throw new Error('GOWA is not asked')
    const { everyMs } = status
    status.everyMs = 1_000
    return () => void (status.everyMs = everyMs)
  },
  buttons: ['Start', 'Restart', 'Pairing code…', 'Log out…'],
  renew: (sample) => [[sample.startsWith('message.ack') ? '2026-08-22T10:30:00-03:00' : '2026-08-22T13:30:00Z', goTime(Date.now())]],
  async appears(scene) {
    is({ connected: false, loggedIn: false })
    await scene.imports()
  },
  pairing: {
    async shows(scene, code) {
      is({ connected: true, loggedIn: false, code })
      // Its first code comes by the answer, and so does each other one for which somebody presses again.
      await started(scene)
      await scene.asked('GET /devices/loja_1/login')
      await scene.asked('GET /statics/images/qr/loja_1.png')
    },
    async scanned(scene) {
      is({ connected: true, loggedIn: true })
      await scene.desk.status(CONNECTED, ASKED_WITHIN_MS)
    },
  },
  receives: (scene) => scene.posts(['message']),
  ticks: [
    ['', (scene) => scene.posts(['message.from-me'])],
    ['delivered', (scene) => scene.posts(receipt('message.ack.delivered'))],
    ['read', (scene) => scene.posts(receipt('message.ack.read'))],
  ],
  flap: {
    async drops(scene) {
      is({ connected: false, loggedIn: true })
      await scene.desk.status('Disconnected', ASKED_WITHIN_MS)
    },
    async returns(scene) {
      is({ connected: true, loggedIn: true })
      await scene.desk.status(CONNECTED, ASKED_WITHIN_MS)
    },
    away: 'Disconnected',
    why: 'network lost',
  },
  async unlinked(scene) {
    is({ connected: false, loggedIn: false })
    await scene.desk.status('Disconnected', ASKED_WITHIN_MS)
  },
  logOut: { call: 'POST /devices/loja_1/logout' },
}
