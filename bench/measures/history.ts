/** A ledger that has run for weeks against an empty one: how fast it still writes, and how fast it is searched. */
import type { Sql } from 'postgres'
import { DAY_MS } from '../../src/domain/time'
import { connect } from '../../src/store/database'
import { searchEvents } from '../../src/store/events-read'
import { partitionName, startOfDay } from '../../src/store/partitions'
import { type Conditions, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import { type Row, ratioRow } from '../report'
import { percentile } from '../statistics'

const DAYS = 20
const SEARCHES = 200

export async function measureHistory(
  conditions: Conditions,
  events: number,
  rounds: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Row[]> {
  const { ground, secret } = conditions
  const fullUrl = await ground.database('history_full')
  const full = new HttpContender(linekeeper(ground, secret, fullUrl, 'history-full'), conditions)
  const empty = new HttpContender(linekeeper(ground, secret, await ground.database('history_empty'), 'history-empty'), conditions)
  const sql = connect(fullUrl, 2)
  try {
    await full.start()
    await empty.start()
    for (const contender of [full, empty]) await contender.measure(Math.max(5, seconds))
    await fill(sql, events, progress)
    // Once more: caches were filled with what is old.
    await full.measure(seconds)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [full, empty] : [empty, full]
      const rates = new Map<HttpContender, number>()
      for (const one of order) rates.set(one, (await one.measure(seconds)).perSecond)
      const [old, young] = [rates.get(full) ?? 0, rates.get(empty) ?? 1]
      ratios.push(old / young)
      progress(`history, round ${round + 1}/${rounds}: ${Math.round(old)}/s with ${events.toLocaleString('en')} events stored, ${Math.round(young)}/s empty`)
    }
    const stored = events.toLocaleString('en')
    return [ratioRow(`webhooks/s with ${stored} events stored ÷ empty`, ratios, 0.8), ...(await searchRows(sql, stored, progress))]
  } finally {
    await sql.end()
    await full.stop()
    await empty.stop()
  }
}

async function fill(sql: Sql, events: number, progress: (line: string) => void): Promise<void> {
  const today = startOfDay(Date.now())
  const perDay = Math.ceil(events / DAYS)
  const days = Array.from({ length: DAYS }, (_, back) => today - (back + 1) * DAY_MS)
  for (const day of days) {
    const [from, to] = [day, day + DAY_MS].map((at) => new Date(at).toISOString())
    await sql.unsafe(`create table if not exists ${partitionName('events', day)} partition of events for values from ('${from}') to ('${to}')`)
  }
  let done = 0
  const worker = async () => {
    for (let day = days.pop(); day !== undefined; day = days.pop()) {
      await sql.unsafe(FILL, [perDay, new Date(day).toISOString()])
      done += perDay
      progress(`history: ${done.toLocaleString('en')} of ${events.toLocaleString('en')} events stored`)
    }
  }
  await Promise.all([worker(), worker()])
  await sql.unsafe('vacuum analyze events, event_keys, messages')
}

/** A day of one service: two messages of three received, an ack each, some presence, a session event in a hundred. */
const FILL = `
with known as materialized (select array_agg(session_id order by session_id) as ids, min(source_id::text)::uuid as source from sessions),
told as materialized (
  select ids[1 + abs(hashint4(n) % array_length(ids, 1))] as s, source as u, $2::timestamptz + n * (interval '1 day' / $1::int) as at, gen_random_uuid() as id, n,
    case when n % 100 = 0 then 'session.qr' when n % 25 = 1 then 'presence.update' when n % 4 = 0 then 'message.ack' when n % 3 = 0 then 'message.created' else 'message.received' end as type
  from known, generate_series(0, $1::int - 1) as n),
keys as (insert into event_keys (session_id, key, event_id) select s, gen_random_uuid(), id from told),
texts as (insert into messages (session_id, id, chat, sender, recipient, from_me, kind, text, ack, sent_at)
  select s, replace(id::text, '-', ''), '55119' || n % 100000 || '@c.us', '55119' || n % 100000 || '@c.us', '5511555@c.us', false, 'chat', 'Where is order ' || n || '?', 2, at
  from told where type in ('message.received', 'message.created'))
insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, occurred_at, key, message_id, chat, text, body_size, facts)
select s, at, id, n, u, id, type, type, at, at, type || ':' || id, replace(id::text, '-', ''), '55119' || n % 100000 || '@c.us', 'Where is order ' || n || '?', 1050, '{"ordered":true}' from told`

async function searchRows(sql: Sql, stored: string, progress: (line: string) => void): Promise<Row[]> {
  const names = (await sql<{ name: string }[]>`select name from sessions`).map(({ name }) => name)
  const types = ['message.received', 'message.created', 'message.ack', 'presence.update', 'session.qr']
  const pick = <T>(values: readonly T[]) => values[Math.floor(Math.random() * values.length)] as T
  const kinds = {
    'by session': () => ({ session: pick(names) }),
    'by type': () => ({ type: pick(types) }),
    'by session and type, three days back': () => ({ session: pick(names), type: pick(types), until: Date.now() - 3 * DAY_MS }),
  }
  const rows: Row[] = []
  for (const [kind, query] of Object.entries(kinds)) {
    const times: number[] = []
    for (let nth = 0; nth < SEARCHES; nth++) {
      const startedAt = performance.now()
      await searchEvents(sql, { ...query(), limit: 50 })
      times.push(performance.now() - startedAt)
    }
    progress(`search ${kind}: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms`)
    rows.push({ what: `event search ${kind}, ${stored} events, p95`, value: percentile(times, 0.95), unit: 'ms', bar: 100, sense: 'most' })
  }
  return rows
}
