import { expect, test } from 'bun:test'
import type { AppError } from '../../src/domain/error'
import { WebhookLimits } from '../../src/web/webhook-limits'

const RATES = { source: 1, session: 1, address: 1 }
const refusal = (limits: WebhookLimits): AppError | undefined => {
  try {
    limits.take('source', 'shop')
  } catch (cause) {
    return cause as AppError
  }
}

test('whoever waits is let in when there is room again, one after the other', async () => {
  const limits = new WebhookLimits(RATES, 1)
  expect(refusal(limits)).toBeUndefined()
  const refused = refusal(limits) as AppError
  expect(refused).toMatchObject({ code: 'rate_limited' })
  const started = performance.now()
  await Promise.all([limits.waitFor('source', 'shop', refused), limits.waitFor('source', 'shop', refused)])
  expect(performance.now() - started).toBeGreaterThan(1_000)
})

test('nobody waits longer than the server keeps a quiet connection', async () => {
  const limits = new WebhookLimits({ ...RATES, source: 0.05 }, 40)
  for (let i = 0; i < 2; i++) limits.take('source', 'shop')
  const refused = refusal(limits) as AppError
  expect(refused.retryAfterMs).toBeGreaterThan(20_000)
  const started = performance.now()
  expect(limits.waitFor('source', 'shop', refused)).rejects.toBe(refused)
  await limits.waitFor('source', 'shop', refused).catch(() => {})
  expect(performance.now() - started).toBeLessThan(1_000)
})
