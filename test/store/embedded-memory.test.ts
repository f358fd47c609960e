import { expect, test } from 'bun:test'
import { totalmem } from 'node:os'
import { memoryBytes, sharedBuffers } from '../../src/store/embedded-memory'

const GIGABYTE = 2 ** 30

test('the embedded Postgres keeps pages in an eighth of the memory, within bounds', () => {
  const buffers = [0.5, 1, 1.5, 2, 4, 24, 256].map((memory) => sharedBuffers(memory * GIGABYTE))
  expect(buffers).toEqual(['128MB', '128MB', '192MB', '256MB', '256MB', '256MB', '256MB'])
})

test('the memory is that of the machine, or less in a container', () => {
  expect(memoryBytes()).toBeGreaterThan(64 << 20)
  expect(memoryBytes()).toBeLessThanOrEqual(totalmem())
})
