import { expect, test } from 'bun:test'
import { proveRebuild } from '../../src/tasks/prove/rebuild-proof'

test('simulated senders of every kind, late and doubled, fold to what a rebuild finds', async () => {
  const deps = { progress: () => {}, signal: new AbortController().signal }
  const proof = await proveRebuild(4_000, 7, deps)
  expect(proof.differences).toEqual([])
  expect(proof.events).toBeGreaterThan(3_500)
  expect(proof.sessions).toBeGreaterThan(200)
}, 120_000)

test('an interrupted one says so instead of proving anything', async () => {
  const interrupted = new AbortController()
  const progress = (line: string) => {
    if (line.includes('written')) interrupted.abort()
  }
  await expect(proveRebuild(1_000_000, 7, { progress, signal: interrupted.signal })).rejects.toThrow('Interrupted')
}, 120_000)
