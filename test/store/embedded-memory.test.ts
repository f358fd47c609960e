import { expect, test } from 'bun:test'
import { totalmem } from 'node:os'
import { memoryBytes, sharedBuffers } from '../../src/store/embedded-memory'

const GIGABYTE = 2 ** 30

test('the embedded Postgres keeps pages in an eighth of the memory, within bounds', () => {
  const buffers = [0.5, 1, 3, 4, 8, 24, 256].map((memory) => sharedBuffers(memory * GIGABYTE))
  expect(buffers).toEqual(['128MB', '128MB', '384MB', '512MB', '1024MB', '1024MB', '1024MB'])
})

test('the memory is that of the machine, or less in a container', () => {
  expect(memoryBytes()).toBeGreaterThan(64 << 20)
  expect(memoryBytes()).toBeLessThanOrEqual(totalmem())
})
