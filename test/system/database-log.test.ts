import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { newDataDir } from '../faults/server-process'
import { SECRET, startTestServer } from '../support/server'
import { until } from '../support/until'

const data = newDataDir()
const server = await startTestServer({ DATABASE_URL: '', DATA_DIR: data.path })
const log = () => readFileSync(join(data.path, 'postgres.log'), 'utf8')
afterAll(async () => {
  await server.stop()
  data.remove()
})

const post = (text: string) =>
  server.post(
    wwebjsDelivery(SECRET, 'shop', 'message', {
      message: wwebjsMessage({ id: text, chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text, at: Date.now() }, '5511999999999@c.us'),
    }),
  )

test('the log of the embedded Postgres says that a delivery was refused, and nothing of what was in it', async () => {
  await server.database.write`alter table messages add constraint poison check (text not like 'PRIVATE%') not valid`
  expect(await (await post('PRIVATE words')).json()).toMatchObject({ quarantined: true })
  await until(() => log().includes('violates check constraint'), 'the log')
  expect(log()).not.toContain('PRIVATE')
  expect(log()).not.toContain('DETAIL')
  expect(log()).not.toContain('5511900000000')
})

test('nor what was in JSON that it could not read, or in parameters', async () => {
  const { write } = server.database
  await expect(write.unsafe('select $1::text::json', ['{"text": "PRIVATE", oops}'])).rejects.toThrow('invalid input syntax for type json')
  await expect(write.unsafe('select $1::text, 1 / $2::int', ['PRIVATE', 0])).rejects.toThrow('division by zero')
  await until(() => log().includes('division by zero'), 'the log')
  expect(log()).toContain('invalid input syntax for type json')
  expect(log()).not.toContain('PRIVATE')
})
