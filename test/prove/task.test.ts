/** The proof as an operator runs it. */
import { afterAll, expect, test } from 'bun:test'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ProofReport } from '../../src/tasks/prove/report'
import type { SoakReport } from '../../src/tasks/prove/soak'
import { dataFolder, task } from '../tasks/support/task'

const folder = dataFolder()
afterAll(() => rmSync(folder, { recursive: true }))
const env = { HOME: process.env.HOME ?? '', TMPDIR: folder }
const reportIn = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T

/** What may be built on it: a name that goes, or changes, breaks somebody's script. */
const KEYS = [
  'proved',
  'seed',
  'startedAt',
  'durationMs',
  'kills',
  'recovery',
  'sent',
  'acknowledged',
  'duplicatesAcknowledged',
  'stored',
  'lost',
  'twice',
  'misnamed',
  'renamed',
  'altered',
  'misplaced',
  'unacknowledgedButStored',
  'differences',
  'unanswered',
  'refused',
  'givenUp',
  'failedStarts',
  'violations',
]

test('--report writes the verdict as JSON, the same as is printed', async () => {
  const { out, code } = await task(['prove', '--kills', '2', '--seconds-between', '0.1', '--seed', '7', '--report', join(folder, 'proof.json')], env)
  const report = reportIn<ProofReport>('proof.json')
  expect(Object.keys(report).sort()).toEqual(KEYS.toSorted())
  expect(report).toMatchObject({ proved: true, seed: 7, lost: 0, twice: 0, altered: 0, misplaced: 0, differences: 0, violations: [], kills: { total: 2 } })
  expect(Object.values(report.kills.byKind).reduce((sum, times) => sum + times, 0)).toBe(2)
  expect(report.stored).toBe(report.acknowledged + report.unacknowledgedButStored)
  expect(Date.parse(report.startedAt)).toBeGreaterThan(0)
  expect(out).toContain(`${report.sent} sent, ${report.acknowledged} acknowledged, ${report.stored} stored`)
  expect(out).toContain('Proved: everything acknowledged is stored')
  expect(code).toBe(0)
}, 120_000)

test('--soak loads a server for as long as it is told, and says whether it is steady', async () => {
  const { out, code } = await task(['prove', '--soak', '10s', '--rate', '50', '--report', join(folder, 'soak.json')], env)
  const report = reportIn<SoakReport>('soak.json')
  expect(report.durationMs).toBeGreaterThanOrEqual(10_000)
  expect(report).toMatchObject({ rate: 50 })
  expect(report.acknowledged).toBeGreaterThan(100)
  expect(report.samples.length).toBeGreaterThan(5)
  expect(report.memoryBytes).toBeGreaterThan(10 << 20)
  expect(report.violations.filter((violation) => violation !== 'memory or latency drifts')).toEqual([])
  // In ten seconds a server is still warming up: it may drift, but must say so.
  expect([code, out.includes('NOT STEADY')]).toEqual(report.violations.length === 0 ? [0, false] : [1, true])
}, 120_000)
