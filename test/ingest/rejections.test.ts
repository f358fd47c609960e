import { afterAll, expect, test } from 'bun:test'
import { Rejections } from '../../src/ingest/rejections'
import { freshDatabase } from '../support/database'

const database = await freshDatabase()
afterAll(() => database.close())

test('strangers who make up names fill no more than 500 rows a minute; the rest is counted together', async () => {
  let now = Date.UTC(2026, 6, 28, 12, 0, 1)
  const rejections = new Rejections(database.write, () => now)
  const note = (session: string) => rejections.note({ sourceId: null, slug: 'default', session, address: '192.0.2.1', code: 'missing', message: 'no proof' })
  for (let second = 0; second < 4; second++) {
    for (let i = 0; i < 200; i++) note(`s${second}-${i}`)
    await rejections.flush()
    now += 1_000
  }
  note('s0-0')
  await rejections.close()
  const [rows] =
    await database.read`select count(*)::int as n, sum(times)::int as times, sum(times) filter (where address = 'many')::int as many from rejections`
  expect(rows).toMatchObject({ n: 501, times: 801, many: 300 })
})
