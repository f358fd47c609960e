import { goTime } from '../../../src/tasks/simulate/go'
import { qrDataUrl } from '../../../src/tasks/simulate/open-wa-qr'
import { wuzapiDialect } from '../../../src/tasks/simulate/wuzapi'
import { WUZAPI_ADMIN, wuzapiStandIn } from '../../control/stand-ins/others'
import { type Life, STARTING, signingIn, started } from './life'

const OWN = '3EB0C127D7BACC83D6A4'
const server = wuzapiStandIn()
const is = (user: { connected: boolean; loggedIn: boolean; code?: string }) => server.sessions.set('loja_1', { ...user, events: 'All' })
/** Recorded of two messages. */
const receipt = (sample: string) => [sample, ['3EB00106E8BE0F407E88EC","3EB00106E8BE0F407E88ED', OWN]] as const

/** Posts forms, signed; its code is a picture. After its own log-out it says nothing. */
export const wuzapiLife: Life = {
  dialect: wuzapiDialect,
  samples: 'wuzapi/form',
  session: 'loja_1',
  api: { server, key: WUZAPI_ADMIN },
  buttons: ['Start', 'Pairing code…', 'Stop…', 'Log out…'],
  renew: (sample) => (/^(Message|ReadReceipt)/.test(sample) ? [['2026-01-22T10:30:00-03:00', goTime(Date.now())]] : []),
  async appears(scene) {
    is({ connected: false, loggedIn: false })
    await scene.imports()
  },
  pairing: {
    async shows(scene, code, isFirst) {
      if (isFirst) {
        is({ connected: false, loggedIn: false })
        await started(scene)
        await scene.asked('POST /session/connect')
        await scene.desk.status(STARTING)
      }
      is({ connected: true, loggedIn: false, code })
      await scene.posts(['QR.drawn', [/data%3Aimage%2Fpng%3Bbase64%2C.*?(?=%22)/g, qrDataUrl(code)]])
    },
    async scanned(scene) {
      is({ connected: true, loggedIn: true })
      await scene.posts(['PairSuccess'])
      await signingIn(scene)
      await scene.posts(['Connected'])
    },
  },
  receives: (scene) => scene.posts(['Message']),
  ticks: [
    ['', (scene) => scene.posts(['Message.from-me'])],
    ['delivered', (scene) => scene.posts(receipt('ReadReceipt.Delivered'))],
    ['read', (scene) => scene.posts(receipt('ReadReceipt.Read'))],
  ],
  flap: {
    drops: (scene) => scene.posts(['Disconnected']),
    returns: (scene) => scene.posts(['Connected']),
    away: 'Disconnected',
    why: 'network lost',
  },
  async unlinked(scene) {
    is({ connected: false, loggedIn: false })
    await scene.posts(['LoggedOut'])
  },
  logOut: { call: 'POST /session/logout' },
}
