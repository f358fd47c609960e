import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { DIALECTS } from '../../src/tasks/simulate/play'
import { SECRET, STARTING_MS, startTestServer, type TestServer } from '../support/server'
import { task } from './support/task'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
}, STARTING_MS)
afterAll(() => server.stop())

const PROGRESS = /^(\d+) s · (\d+) told \(\d+\/s\) · (\d+) accepted · (\d+) duplicate · p50 [\d.]+ ms p99 [\d.]+ ms$/

describe('the simulator', () => {
  test('plays each provider against a server that takes all it says, and shows how it goes', async () => {
    const ids = DIALECTS.map((dialect) => dialect.id)
    // The seed also makes the names: lines of two providers under one name would be one session.
    const simulate = (id: string, seed: number) => {
      const play = ['--provider', id, '--seed', String(seed), '--duration', '2500ms', '--rate', '20', '--sessions', '4']
      return task(['simulate', ...play, '--url', server.url, '--secret', SECRET], {})
    }
    const played = await Promise.all(ids.map(async (id, nth) => ({ id, ...(await simulate(id, nth)) })))
    for (const { id, out, err, code } of played) {
      expect({ id, code, err }).toEqual({ id, code: 0, err: '' })
      const [first, ...lines] = out.trim().split('\n')
      expect(first).toBe(`4 lines of ${id} post 20/s to ${server.url}/api/whatsapp/webhook`)
      // One while it plays and one at the end: refused, failed and quarantined ones would stand in them, or on lines of their own.
      expect(lines.length).toBeGreaterThanOrEqual(2)
      for (const line of lines) expect([id, line]).toEqual([id, expect.stringMatching(PROGRESS)])
      const [, , told, accepted, duplicate] = PROGRESS.exec(lines.at(-1) as string) as unknown as string[]
      expect(Number(accepted)).toBeGreaterThan(0)
      expect(Number(accepted) + Number(duplicate)).toBe(Number(told))
    }
    const [stored] = await server.database.read<{ providers: string[] }[]>`select array_agg(distinct provider) as providers from sessions`
    expect(stored?.providers.toSorted()).toEqual(ids.toSorted())
  }, 60_000)

  test('says that the secret is wrong, and that nothing was taken, by its exit code too', async () => {
    const { out, code } = await task(
      ['simulate', '--provider', 'waha', '--url', server.url, '--secret', 'another secret than the server knows', '--duration', '500ms'],
      {},
    )
    expect(code).toBe(1)
    expect(out).toMatch(/refused with 401: \d+ \(is --secret the one that the server knows\?\)/)
  }, 30_000)
})
