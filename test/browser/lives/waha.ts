import { wahaDialect } from '../../../src/tasks/simulate/waha'
import { WAHA_KEY, wahaStandIn } from '../../control/stand-ins/waha'
import type { Word } from '../../support/recorded'
import { type Life, type Post, STARTING, started } from './life'

const OWN = 'true_5511912345678@c.us_5E1447FF96798F486108AC57E63067D8'
const server = wahaStandIn()
const is = (status: string, code?: string) => server.sessions.set('default', code === undefined ? { status } : { status, code })
const acked = (word: string): Post => [`message.ack.${word}`, ['true_5511912345678@c.us_3EB0A1B2C3D4E5F60799', OWN]]

/** The last statuses are listed with their times: here they tell of nothing before this one. */
const NOTHING_BEFORE: Word = [/"statuses":\[[^\]]*\]/g, '"statuses":[]']

/** Announces its codes without giving them: each is fetched. A log-out is not told from other failures. */
export const wahaLife: Life = {
  dialect: wahaDialect,
  session: 'default',
  api: { server, key: WAHA_KEY },
  buttons: ['Start', 'Restart', 'Pairing code…', 'Stop…', 'Log out…'],
  renew(sample) {
    const now: Word = [/(?<="timestamp":)\d{13}/g, String(Date.now())]
    const words: Word[] = [now, [/evt_\w+/g, `evt_${Bun.randomUUIDv7().replaceAll('-', '')}`]]
    return sample.startsWith('session.status') ? [NOTHING_BEFORE, ...words] : words
  },
  async appears(scene) {
    is('STOPPED')
    await scene.imports()
  },
  pairing: {
    async shows(scene, code, isFirst) {
      if (isFirst) {
        await started(scene)
        await scene.asked('POST /api/sessions/default/start')
        await scene.desk.status(STARTING)
      }
      is('SCAN_QR_CODE', code)
      await scene.posts([isFirst ? 'session.status.SCAN_QR_CODE' : 'session.status.SCAN_QR_CODE.refresh'])
    },
    async scanned(scene) {
      is('WORKING')
      await scene.posts(['session.status.WORKING'])
    },
  },
  receives: (scene) => scene.posts(['message']),
  ticks: [
    ['sent', (scene) => scene.posts(['message.any'])],
    ['delivered', (scene) => scene.posts(acked('DEVICE'))],
    ['read', (scene) => scene.posts(acked('READ'))],
  ],
  flap: {
    drops: (scene) => scene.posts(['session.status.STARTING.reconnect']),
    returns: (scene) => scene.posts(['session.status.WORKING.reconnect']),
    away: STARTING,
  },
  async unlinked(scene) {
    is('FAILED')
    await scene.posts(['session.status.FAILED'])
  },
  unlinkedAs: { status: 'Auth failure', why: 'FAILED' },
  logOut: { call: 'POST /api/sessions/default/logout', follows: (scene) => scene.posts(['session.status.STOPPED']) },
}
