import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { EventType } from '../../src/domain/event'
import { sessionIdOf } from '../../src/domain/id'
import { Writer } from '../../src/ingest/writer'
import { learnUsualGaps } from '../../src/store/rollups'
import { findSession } from '../../src/store/sessions-read'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event, TEST_SOURCE } from '../support/entries'

const MINUTE = 60_000
const DAY = 86_400_000
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE

const database = await freshDatabase()
const sql = database.read
afterAll(() => database.close())
beforeAll(async () => {
  await sql`insert into sources (id, slug, label, provider, created_at) values (${TEST_SOURCE}, 'default', 'Default', 'auto', now())`
})

/** A session that is there, and the minutes in which it has spoken, counted as the roll-up counts them. */
async function spoke(name: string, minutesAgo: number[], type: EventType = 'message.received'): Promise<void> {
  const writer = new Writer(database.write, Date.now)
  await writer.append(entry(name, [event('session.connected')]))
  await count(name, minutesAgo, type)
}

async function count(name: string, minutesAgo: number[], type: EventType): Promise<void> {
  const minutes = minutesAgo.map((ago) => (NOW - ago * MINUTE) / 1_000)
  await sql`
    insert into rollups (session_id, minute, type, count)
    select ${sessionIdOf(TEST_SOURCE, name)}, to_timestamp(minute), ${type}, 1 from unnest(${minutes}::float8[]) as minute`
}

async function usualGapOf(name: string): Promise<number | null | undefined> {
  return (await findSession(sql, 'default', name, ALLOWANCES, NOW))?.usualGapMs
}

/** `n` minutes, each so many after the one before; the last of them `last` minutes ago. */
const every = (step: number, n: number, last = 1) => Array.from({ length: n }, (_, i) => last + i * step)

describe('the habit of a session', () => {
  test('is the longest of its usual silences, once it has kept a hundred of them', async () => {
    await spoke('two minutes', every(2, 101))
    await spoke('too new', every(2, 100))
    await spoke('mute', [])
    await learnUsualGaps(sql, NOW)
    expect(await usualGapOf('two minutes')).toBe(2 * MINUTE)
    expect(await usualGapOf('too new')).toBeNull()
    expect(await usualGapOf('mute')).toBeNull()
  })

  test('is not lengthened by one silence in more than a thousand, which was no habit', async () => {
    const busy = every(1, 1_100)
    await spoke('one night', [...busy, ...every(1, 50, 1_100 + 480)])
    await spoke('two evenings', [...every(1, 60), ...every(1, 60, 60 + 300)])
    await learnUsualGaps(sql, NOW)
    expect(await usualGapOf('one night')).toBe(MINUTE)
    // Of some hundred silences the longest still counts: a session is not called quiet for what it did yesterday.
    expect(await usualGapOf('two evenings')).toBe(300 * MINUTE)
  })

  test('is what the sender does: our own judgement, our questions and our operators do not break a silence', async () => {
    await spoke('asked about', every(4, 120))
    for (const type of ['session.stale', 'session.answered', 'operator.restarted'] as const) await count('asked about', every(4, 120, 3), type)
    await learnUsualGaps(sql, NOW)
    expect(await usualGapOf('asked about')).toBe(4 * MINUTE)
  })

  test('is that of the last week, and goes with the times', async () => {
    const week = (7 * DAY) / MINUTE
    await spoke('long ago', every(3, 150, week + 1))
    await spoke('changed', every(5, 150))
    await learnUsualGaps(sql, NOW)
    expect(await usualGapOf('long ago')).toBeNull()
    expect(await usualGapOf('changed')).toBe(5 * MINUTE)
    await sql`delete from rollups where session_id = ${sessionIdOf(TEST_SOURCE, 'changed')}`
    await count('changed', every(1, 150), 'message.received')
    await learnUsualGaps(sql, NOW)
    expect(await usualGapOf('changed')).toBe(MINUTE)
  })

  test('makes it quiet before its allowance is used up', async () => {
    await spoke('chatty', every(2, 101))
    await learnUsualGaps(sql, NOW)
    const heard = (await findSession(sql, 'default', 'chatty', ALLOWANCES, NOW))?.lastEventAt as number
    const healthAfter = async (ms: number) => (await findSession(sql, 'default', 'chatty', ALLOWANCES, heard + ms))?.health
    expect(await healthAfter(2 * MINUTE)).toBe('ok')
    expect(await healthAfter(2 * MINUTE + 1_000)).toBe('quiet')
  })
})
