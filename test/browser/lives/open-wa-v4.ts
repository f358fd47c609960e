import { qrDataUrl } from '../../../src/tasks/simulate/open-wa-qr'
import { openWaV4Dialect } from '../../../src/tasks/simulate/open-wa-v4'
import { OPEN_WA_KEY, openWaV4StandIn } from '../../control/stand-ins/others'
import type { Word } from '../../support/recorded'
import { type Life, type Post, STARTING, signingIn } from './life'

const OWN = 'true_5511960000001@c.us_3EB0AA'
const server = openWaV4StandIn()
const says = (words: string): Post => ['ev.STARTUP', ['Authenticating', words]]
const becomes = (state: string): Post => ['onStateChanged', ['CONFLICT', state]]

/** One process is one session. It comes up by itself and posts its codes while it does; afterwards it posts what it hears. */
export const openWaV4Life: Life = {
  dialect: openWaV4Dialect,
  session: 'demo',
  api: { server, key: OPEN_WA_KEY },
  buttons: ['Restart', 'Stop…', 'Log out…'],
  renew(sample) {
    const now: Word = ['1760000000000', String(Date.now())]
    return sample.startsWith('on') ? [now, [/(?<="id":")[0-9a-f-]{36}/g, crypto.randomUUID()]] : [now]
  },
  appears: (scene) => scene.posts(says('Initializing WA')),
  pairing: {
    async shows(scene, code, isFirst) {
      if (isFirst) {
        await scene.posts(says('Authenticating to WA'), ['ev.STARTUP'])
        await scene.desk.status(STARTING)
      }
      await scene.posts(['ev.qr', [/data:image[^"]*/g, qrDataUrl(code)]], ['ev.qrUrl'])
    },
    async scanned(scene) {
      await scene.posts(says('successfulScan'))
      await signingIn(scene)
      server.state.word = 'CONNECTED'
      await scene.posts(['ev.STARTUP.success'], ['ready-webhook'], becomes('CONNECTED'))
    },
  },
  receives: (scene) => scene.posts(['onMessage']),
  ticks: [
    ['sent', (scene) => scene.posts(['onAnyMessage', ['false_5511960000001@c.us_3EB0C767D71D4F0E1A2B', OWN], ['3EB0C767D71D4F0E1A2B', '3EB0AA']])],
    ['delivered', (scene) => scene.posts(['onAck', ['"ack":3', '"ack":2']])],
    ['read', (scene) => scene.posts(['onAck'])],
  ],
  flap: {
    drops: (scene) => scene.posts(becomes('PROXYBLOCK')),
    returns: (scene) => scene.posts(becomes('CONNECTED')),
    away: 'Disconnected',
    why: 'network lost',
  },
  unlinked: (scene) => scene.posts(becomes('UNPAIRED'), ['onLogout']),
  logOut: { call: 'POST /logout', follows: (scene) => scene.posts(becomes('UNPAIRED'), ['onLogout']) },
}
