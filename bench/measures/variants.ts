/** The same batches written in several ways: how many rows a second, and what a row costs Postgres and the client. */
import type { Sql } from 'postgres'
import { Committer } from '../../src/ingest/commit'
import { SessionCache } from '../../src/ingest/session-cache'
import { connect } from '../../src/store/database'
import { Pipeline } from '../../src/store/pipeline'
import { cpuSeconds } from '../cpu'
import type { Ground } from '../ground'
import { type Batch, BatchMaker } from '../variants/batches'
import { type Variant, variantsOf } from '../variants/variants'

export interface VariantFigures {
  id: string
  label: string
  load: string
  turns: Turn[]
}

interface Turn {
  perSecond: number
  postgresMicros: number
  ownMicros: number
}

/** Rows of each table but the sessions in a batch, and batches that Postgres may have at once. */
interface Load {
  size: number
  inFlight: number
}

const LOADS: readonly Load[] = [
  { size: 32, inFlight: 1 },
  { size: 100, inFlight: 1 },
  { size: 32, inFlight: 3 },
]
/** A second's worth, about. */
const ROWS_A_TURN = 8_000

export async function measureVariants(ground: Ground, sessions: number, rounds: number, progress: (line: string) => void): Promise<VariantFigures[]> {
  const maker = new BatchMaker(sessions)
  const first = await maker.begin()
  // Made and written like all others; it also tells what the statements look like.
  const sample = await maker.make(32)
  const variants = variantsOf(sample)
  const urls = new Map<Variant, string>()
  let written = first.length
  const writeAll = async (batches: Batch[], inFlight: number, order: Variant[], took: (variant: Variant, turn: Turn) => void) => {
    for (const variant of order) took(variant, await takeTurn(variant, batches, inFlight, ground))
    written += batches.reduce((sum, { keys }) => sum + keys.length, 0)
  }
  try {
    for (const variant of variants) {
      const url = await ground.database(`variant_${variant.id}`)
      await begin(url, variant, (committer) => committer.commit(first), maker.now)
      await variant.prepare(url)
      urls.set(variant, url)
    }
    await writeAll([sample], 1, variants, () => {})
    const figures: VariantFigures[] = []
    for (const { size, inFlight } of LOADS) {
      const load = `${size} rows, ${inFlight} in flight`
      // Who sends nothing ahead writes all the same, so that every database takes every batch.
      const ofLoad = variants.filter(({ isAlone }) => !isAlone || inFlight === 1).map(({ id, label }): VariantFigures => ({ id, label, load, turns: [] }))
      // The first round warms up caches, plans and compilers, and counts for nothing.
      for (let round = -1; round < rounds; round++) {
        const batches = await makeBatches(maker, size)
        await writeAll(batches, inFlight, round % 2 === 0 ? variants : variants.toReversed(), ({ id, label }, turn) => {
          if (round < 0) return
          ofLoad.find((one) => one.id === id)?.turns.push(turn)
          progress(`${load}, round ${round + 1}/${rounds}  ${label}: ${Math.round(turn.perSecond)} rows/s, ${turn.postgresMicros.toFixed(1)} µs`)
        })
      }
      figures.push(...ofLoad)
    }
    await compare(urls, written, sessions)
    return figures
  } finally {
    for (const variant of urls.keys()) await variant.close()
  }
}

async function begin(url: string, { hasJsonb }: Variant, commit: (committer: Committer) => Promise<unknown>, now: number): Promise<void> {
  const sql = connect(url, 1)
  const pipeline = new Pipeline(sql)
  await commit(new Committer(pipeline, new SessionCache(), () => now))
  await pipeline.close()
  if (hasJsonb) await sql`alter table deliveries alter body type jsonb using convert_from(body, 'UTF8')::jsonb`
  await leaveUncleaned(sql)
  await sql.end()
}

/** Autovacuum would come in the turn of whoever happens to write then. */
async function leaveUncleaned(sql: Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
  for (const { name } of tables) await sql.unsafe(`alter table ${name} set (autovacuum_enabled = off, toast.autovacuum_enabled = off)`)
}

async function makeBatches(maker: BatchMaker, size: number): Promise<Batch[]> {
  const batches: Batch[] = []
  for (let rows = 0; rows < ROWS_A_TURN; rows += size) batches.push(await maker.make(size))
  return batches
}

async function takeTurn(variant: Variant, batches: Batch[], inFlight: number, ground: Ground): Promise<Turn> {
  await ground.settle()
  Bun.gc(true)
  const pids = ground.postgresPids()
  const postgresBefore = cpuSeconds(pids)
  const ownBefore = process.cpuUsage()
  const startedAt = performance.now()
  await writeAhead(variant, batches, variant.isAlone ? 1 : inFlight)
  const seconds = (performance.now() - startedAt) / 1000
  const own = process.cpuUsage(ownBefore)
  const rows = batches.reduce((sum, { keys }) => sum + keys.length, 0)
  return { perSecond: rows / seconds, postgresMicros: ((cpuSeconds(pids) - postgresBefore) * 1e6) / rows, ownMicros: (own.user + own.system) / rows }
}

async function writeAhead(variant: Variant, batches: Batch[], inFlight: number): Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  for (const batch of batches) {
    // All of a transaction must have been sent before the next one's begin.
    if (underWay.size > 0) await new Promise(setImmediate)
    const ended: Promise<unknown> = variant.write(batch).finally(() => underWay.delete(ended))
    underWay.add(ended)
    if (underWay.size >= inFlight) await Promise.race(underWay)
  }
  await Promise.all(underWay)
}

/** @throws unless every database holds all that was written, and the same. */
async function compare(urls: Map<Variant, string>, written: number, sessions: number): Promise<void> {
  let expected: string | undefined
  for (const [variant, url] of urls) {
    const sql = connect(url, 1)
    const found = await contentOf(sql, variant.hasJsonb === true)
    await sql.end()
    const counts = [written, written, written, written, sessions, written]
    const text = JSON.stringify(found)
    if (JSON.stringify(found.counts) !== JSON.stringify(counts)) throw new Error(`${variant.label}: stored ${found.counts}, not ${counts}`)
    if ((expected ??= text) !== text) throw new Error(`${variant.label}: stored something else than the others\n${text}\n${expected}`)
  }
}

/** Rows of each table, the events that the sessions have counted; and a sum over all that they say. */
async function contentOf(sql: Sql, hasJsonb: boolean): Promise<{ counts: number[]; sums: string[] }> {
  const body = hasJsonb ? 'body' : "convert_from(body, 'UTF8')::jsonb"
  const tables = ['event_keys', 'events', `(select session_id, received_at, id, headers, path, ${body} from deliveries)`, 'messages', 'sessions']
  const counts: number[] = []
  const sums: string[] = []
  for (const table of tables) {
    const [row] = await sql.unsafe<{ count: number; sum: string }[]>(
      `select count(*) as count, sum(hashtextextended(t::text, 0)::numeric)::text as sum from ${table} t`,
    )
    counts.push(row?.count ?? 0)
    sums.push(row?.sum ?? '')
  }
  const [row] = await sql<{ sum: number }[]>`select sum(seq)::bigint as sum from sessions`
  return { counts: [...counts, row?.sum ?? 0], sums }
}
