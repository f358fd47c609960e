import { evolutionDialect } from '../../../src/tasks/simulate/evolution'
import { EVOLUTION_KEY, evolutionStandIn } from '../../control/stand-ins/evolution-api'
import { type Life, STARTING, started } from './life'

const server = evolutionStandIn()
const is = (state: 'open' | 'connecting' | 'close', code?: string) => server.instances.set('demo', code === undefined ? { state } : { state, code })

/** The first code is the answer to Start, the next ones are posted. What comes back by itself is told as `connecting` only. */
export const evolutionLife: Life = {
  dialect: evolutionDialect,
  session: 'demo',
  api: { server, key: EVOLUTION_KEY },
  buttons: ['Start', 'Restart', 'Pairing code…', 'Log out…'],
  renew: () => [[/(?<="date_time":")[^"]*/g, new Date().toISOString()]],
  async appears(scene) {
    is('close')
    await scene.imports()
  },
  pairing: {
    async shows(scene, code, isFirst) {
      is('close', code)
      if (!isFirst) return scene.posts(['qrcode.updated', [/(?<="code":")[^"]*/g, code]])
      await started(scene)
      return scene.asked('GET /instance/connect/demo')
    },
    async scanned(scene) {
      is('open')
      await scene.posts(['connection.update'])
    },
  },
  receives: (scene) => scene.posts(['messages.upsert']),
  ticks: [
    ['sent', (scene) => scene.posts(['messages.upsert.fromMe'])],
    ['delivered', (scene) => scene.posts(['messages.update'])],
    ['read', (scene) => scene.posts(['messages.update.read'])],
  ],
  flap: {
    async drops(scene) {
      // Sooner it would be taken for one that was overtaken by the connection.
      await scene.desk.page
        .locator('#session-head')
        .getByText(/^for ([6-9]|\d\d) s$/)
        .waitFor({ timeout: 20_000 })
      await scene.posts(['connection.update.connecting'])
    },
    returns: (scene) => scene.posts(['connection.update']),
    away: STARTING,
  },
  async unlinked(scene) {
    is('close')
    await scene.posts(['status.instance'], ['logout.instance'], ['connection.update.close'])
  },
  logOut: {
    call: 'DELETE /instance/logout/demo',
    follows: (scene) => scene.posts(['status.instance'], ['logout.instance'], ['connection.update.close']),
  },
}
