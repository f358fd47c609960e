import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALLOCATOR } from '../src/allocator'

const read = (path: string) => readFileSync(join(import.meta.dir, '..', path), 'utf8')
const SET = Object.entries(ALLOCATOR).map(([name, value]) => `${name}=${value}`)

test('whatever starts a server for good sets its allocator', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const name of ['start', 'up']) expect(scripts[name]).toContain(`${SET.join(' ')} `)
  expect(read('Dockerfile').split('\n')).toContain(`ENV ${SET.join(' ')}`)
})

test('the allocator knows these variables', () => {
  const verbose = Bun.spawnSync([process.execPath, '-e', '0'], { env: { ...ALLOCATOR, MIMALLOC_VERBOSE: '1' } })
  const told = verbose.stderr.toString()
  expect(told).toMatch(/purge_holes['": =]+0/)
  expect(told).toMatch(/purge_delay['": =]+10000/)
})
