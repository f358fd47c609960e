import { afterAll, describe, expect, test } from 'bun:test'
import { CONTROLLERS } from '../../src/control/controllers'
import type { Told } from '../../src/control/told'
import { failure, link } from './asking'
import { MISBEHAVIOURS, standIn } from './stand-ins/stand-in'

/** Instead of the seconds that a real sender is given. */
const SHORT_MS = 50
/** Whatever a controller asks one after the other. */
const MOST_MS = 2_000

const server = standIn(MISBEHAVIOURS.hangs)
afterAll(() => server.stop())

describe('a sender that takes the question and never answers', () => {
  test.each(CONTROLLERS.map((controller) => [controller.label, controller] as const))('%s: is given up, in a sentence', async (_label, controller) => {
    const { api } = link(controller, server, '1022901:k3y-k3y-k3y')
    const longest: number[] = []
    const impatient: typeof api = {
      ...api,
      send(request) {
        longest.push(request.timeoutMs ?? 0)
        return api.send({ ...request, timeoutMs: SHORT_MS })
      },
    }
    const { start, stop, restart, logout, qr, status, pairingCode, list } = controller
    const calls: Promise<Told<unknown>>[] = [start, stop, restart, logout, qr, status].flatMap((call) => (call ? [call(impatient, 'any')] : []))
    if (pairingCode) calls.push(pairingCode(impatient, 'any', '4915112345678'))
    if (list) calls.push(list(impatient))
    const since = performance.now()
    for (const told of await Promise.all(calls.map(failure)))
      expect(told).toEqual({ kind: 'timeout', message: expect.stringContaining('The sender did not answer within') })
    expect(performance.now() - since).toBeLessThan(MOST_MS)
    // No operator waits longer than a minute for one answer.
    expect(Math.max(...longest)).toBeLessThanOrEqual(60_000)
  })
})
