import { afterAll, expect, test } from 'bun:test'
import { Writer } from '../../src/ingest/writer'
import { freshDatabase } from '../support/database'
import { entry, event, message } from '../support/entries'

const database = await freshDatabase()
const writer = new Writer(database.write, Date.now)
afterAll(async () => {
  await writer.close()
  await database.close()
})

async function task(...args: string[]): Promise<{ code: number; out: string }> {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', 'rebuild', ...args], {
    cwd: `${import.meta.dir}/../..`,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', DATABASE_URL: database.url },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const out = await new Response(child.stdout).text()
  return { code: await child.exited, out }
}

test('the difference between projections and ledger is printed with --check, and put right without', async () => {
  await writer.append(entry('shop', [event('session.connected')]))
  await writer.append(entry('shop', [message('message.received', 'M1')]))
  expect(await task('--check')).toEqual({ code: 0, out: '2 events of 1 sessions folded: no difference\n' })
  await database.read`update messages set kind = 'damaged'`
  const found = await task('--check')
  expect(found.code).toBe(1)
  expect(found.out).toContain('messages: 2 rows differ')
  expect((await task()).out).toContain('put right')
  expect((await task('--check')).code).toBe(0)
}, 60_000)
