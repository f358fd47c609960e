import { afterAll, describe, expect, test } from 'bun:test'
import type { Controller } from '../../src/control/controller'
import { CONTROLLERS, findController } from '../../src/control/controllers'
import { evolutionApi } from '../../src/control/controllers/evolution-api'
import { gowa } from '../../src/control/controllers/gowa'
import { metaCloudApi } from '../../src/control/controllers/meta-cloud-api'
import { openWaV4, openWaV5 } from '../../src/control/controllers/open-wa'
import { waha } from '../../src/control/controllers/waha'
import { wppconnectServer } from '../../src/control/controllers/wppconnect-server'
import { wuzapi } from '../../src/control/controllers/wuzapi'
import { whatsappApi, wwebjsApi } from '../../src/control/controllers/wwebjs-api'
import type { Told } from '../../src/control/told'
import { failure, link } from './asking'
import { evolutionStandIn } from './stand-ins/evolution-api'
import { metaStandIn } from './stand-ins/meta-cloud-api'
import { gowaStandIn, openWaV4StandIn, openWaV5StandIn, wppconnectStandIn, wuzapiStandIn } from './stand-ins/others'
import { MISBEHAVIOURS, type StandIn } from './stand-ins/stand-in'
import { wahaStandIn } from './stand-ins/waha'
import { wwebjsStandIn } from './stand-ins/wwebjs-api'

const servers = {
  wwebjs: wwebjsStandIn(),
  waha: wahaStandIn(),
  evolution: evolutionStandIn(),
  wpp: wppconnectStandIn(),
  gowa: gowaStandIn(),
  wuzapi: wuzapiStandIn(),
  v4: openWaV4StandIn(),
  v5: openWaV5StandIn(),
  meta: metaStandIn(),
}
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop())))

describe('every controller', () => {
  const LINKED: [Controller, StandIn][] = [
    [wwebjsApi, servers.wwebjs],
    [whatsappApi, servers.wwebjs],
    [waha, servers.waha],
    [evolutionApi, servers.evolution],
    [wppconnectServer, servers.wpp],
    [gowa, servers.gowa],
    [wuzapi, servers.wuzapi],
    [openWaV4, servers.v4],
    [openWaV5, servers.v5],
    [metaCloudApi, servers.meta],
  ]

  test('is in the list, and the list has no other', () => {
    expect(LINKED.map(([controller]) => controller)).toEqual([...CONTROLLERS])
    for (const { id } of CONTROLLERS) expect(findController(id)?.id).toBe(id)
  })

  for (const [controller, server] of LINKED) {
    const calls = (key: string) => {
      const { api } = link(controller, server, key)
      const one = [controller.start, controller.stop, controller.restart, controller.logout, controller.qr, controller.status].flatMap((call) =>
        call ? [call(api, 'any')] : [],
      )
      return [
        ...one,
        ...(controller.pairingCode ? [controller.pairingCode(api, 'any', '4915112345678')] : []),
        ...(controller.list ? [controller.list(api)] : []),
      ]
    }

    test(`${controller.label}: a wrong key is a sentence about the key, without it`, async () => {
      for (const call of calls('1022901:wr0ng-k3y')) {
        const { kind, message } = await failure(call as Promise<Told<unknown>>)
        expect(kind).toBe('key')
        expect(message).not.toContain('wr0ng-k3y')
      }
    })

    test(`${controller.label}: whatever answers in its place is a failure and no exception`, async () => {
      for (const name of ['shows a web page', 'redirects', 'says nonsense'] as const) {
        server.misbehave(MISBEHAVIOURS[name])
        for (const call of calls('1022901:k3y-k3y-k3y')) expect((await failure(call as Promise<Told<unknown>>)).message).not.toContain('k3y')
      }
      server.misbehave(null)
    })
  }
})
