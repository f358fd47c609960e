import { afterAll, expect, test } from 'bun:test'
import { openSite } from './support'

const METRICS_TOKEN = 'scrape-me-please-every-15-s'
const site = await openSite()
const guarded = await openSite({ METRICS_TOKEN, RATE_LIMIT_STATUS: '20' })
afterAll(async () => {
  await site.close()
  await guarded.close()
})

test('alive is not ready: /readyz tells in words why nothing would be committed', async () => {
  expect(await (await site.fetch('/healthz')).json()).toEqual({ status: 'alive' })
  expect(await (await site.fetch('/readyz')).json()).toEqual({ status: 'ready', reasons: [], backlog: 0, journal: 0 })
  site.readiness.reasons.push('the database does not answer')
  const response = await site.fetch('/readyz')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ status: 'not ready', reasons: ['the database does not answer'] })
  expect((await site.fetch('/healthz')).status).toBe(200)
})

test('metrics are open until a token is set, and then only for it', async () => {
  expect(await (await site.fetch('/metrics')).text()).toContain('linekeeper_sse_streams 0')
  expect((await guarded.fetch('/metrics')).status).toBe(401)
  expect((await guarded.fetch('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
  expect((await guarded.fetch('/metrics', { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).status).toBe(200)
})

test('status requests are throttled', async () => {
  const statuses = []
  for (let i = 0; i < 25; i++) statuses.push((await guarded.fetch('/healthz')).status)
  expect(statuses.at(-1)).toBe(429)
})
