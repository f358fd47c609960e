import { expect, test } from 'bun:test'
import { parseDuration } from '../../src/config-values'
import { DEFAULTS, readOptions } from '../../src/tasks/prove/options'

const read = (...args: string[]) => readOptions(args, parseDuration)

test('without options a short proof is run', () => {
  expect(read()).toEqual({ prove: DEFAULTS, rebuild: null, soak: null })
})

test('each option means what its help says', () => {
  const args = ['--kills', '1000', '--seconds-between', '0.2', '--only', 'postgres', '--outage', '5s', '--rate', '400', '--seed', '9', '--report', 'r.json']
  expect(read(...args).prove).toEqual({ kills: 1000, betweenMs: 200, only: 'postgres', outageMs: 5_000, rate: 400, seed: 9, report: 'r.json' })
  expect(read('--rebuild', '1000000').rebuild).toBe(1_000_000)
  expect(read('--soak', '1h').soak).toEqual({ durationMs: 3_600_000, rate: null })
  expect(read('--soak', '2m', '--rate', '500').soak).toEqual({ durationMs: 120_000, rate: 500 })
})

test.each([
  [['--kills', '0'], '--kills 0: a whole number from 1'],
  [['--kills', '1.5'], '--kills 1.5: a whole number'],
  [['--kills', ''], '--kills : a whole number'],
  [['--only', 'redis'], '--only redis: one of server, postgres, both'],
  [['--outage', '5'], '--outage 5: such as 5s'],
  [['--soak', 'long'], '--soak long: such as 5s'],
  [['--seconds-between', '-1'], '--seconds-between'],
])('%p is refused with what would be right', (args, said) => {
  expect(() => read(...args)).toThrow(said)
})
