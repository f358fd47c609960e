import { expect, test } from 'bun:test'
import { failureResponse } from '../../src/web/plugins/failure'

test("what is reported of a failure names the path, but not a webhook's, which may hold its secret", () => {
  const told: { path: string }[] = []
  const deps = { failed: (_cause: unknown, about: { path: string }) => void told.push(about) }
  for (const path of ['/sessions/default/sales?x=1', '/api/whatsapp/shop/webhook/main/a-secret-of-the-shop']) {
    failureResponse(deps, new Request(`http://localhost${path}`), new Error('a bug'))
  }
  expect(told.map(({ path }) => path)).toEqual(['/sessions/default/sales', '/api/whatsapp/…'])
})
