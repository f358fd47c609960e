import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Delivery } from '../../domain/delivery'
import { AppError } from '../../domain/error'
import { createArrivals } from '../../ingest/arrival'
import type { Entry } from '../../ingest/batch'
import { rebuild } from '../../ingest/rebuild'
import { understand } from '../../ingest/receive'
import { Writer } from '../../ingest/writer'
import { type Database, openDatabase } from '../../store/database'
import { startEmbedded } from '../../store/embedded'
import { runnerFor } from '../../store/embedded-user'
import type { Source } from '../../store/sources'
import { Chance } from '../simulate/chance'
import { DIALECTS, play, type Spoken } from '../simulate/play'

export interface RebuildProof {
  events: number
  sessions: number
  writtenMs: number
  rebuiltMs: number
  differences: string[]
}

interface RebuildDeps {
  progress(line: string): void
  signal: AbortSignal
}

/** Deliveries per second of the play: a million of them last half a day. */
const RATE = 25
const SESSIONS = 300
/** So many letters arrive late, behind up to so many others. */
const LATE = { share: 0.02, behind: 500 }
/** Retries come in swarms: now and then, all of the last ones again. */
const SWARM = { every: 20_000, of: 200 }
const IN_FLIGHT = 2_000
const ALLOWANCES = { staleAfterMs: 900_000, qrExpiresAfterMs: 60_000, connectingTimeoutMs: 180_000 }

/** Writes so many simulated events, shuffled and in part doubled, on the way of every delivery; then folds the ledger anew. */
export async function proveRebuild(count: number, seed: number, deps: RebuildDeps): Promise<RebuildProof> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-rebuild-'))
  chmodSync(folder, 0o755)
  const cluster = await startEmbedded(folder, deps.progress)
  try {
    const database = await openDatabase(cluster.url)
    try {
      const startedAt = performance.now()
      await fill(database, count, seed, deps)
      const writtenMs = performance.now() - startedAt
      let shown = 0
      const progress = (done: number, of: number) => {
        if (performance.now() - shown < 1_000) return
        shown = performance.now()
        deps.progress(`${done} of ${of} sessions folded`)
      }
      const report = await rebuild(database.read, { repair: false, progress })
      return { ...report, writtenMs, rebuiltMs: performance.now() - startedAt - writtenMs }
    } finally {
      await database.close()
    }
  } finally {
    await cluster.stop()
    const { clusterDir } = await runnerFor(folder, () => {})
    for (const path of [clusterDir, folder]) rmSync(path, { recursive: true, force: true })
  }
}

async function fill(database: Database, count: number, seed: number, { progress, signal }: RebuildDeps): Promise<void> {
  const inFlight = new Set<Promise<unknown>>()
  let written = 0
  let failure: unknown
  let shown = 0
  const writer = new Writer(database.write, Date.now, { committed: (committed) => (written += committed.fresh.size) })
  for (const entry of arrivals(count, seed)) {
    if (written >= count || signal.aborted || failure !== undefined) break
    const kept = writer.append(entry).catch((cause: unknown) => (failure ??= cause))
    inFlight.add(kept)
    void kept.finally(() => inFlight.delete(kept))
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight)
    if (performance.now() - shown < 1_000) continue
    shown = performance.now()
    progress(`${written} of ${count} events written`)
  }
  await writer.close()
  if (failure !== undefined) throw failure
  if (signal.aborted) throw new AppError('unavailable', 'Interrupted before anything was proved')
}

/** The play as it arrives: some of it late, some of it twice. */
function* arrivals(count: number, seed: number): Generator<Entry> {
  const chance = new Chance(seed)
  const startAt = Date.now() - (count * 1000) / RATE
  let clock = startAt
  const arrive = createArrivals(() => clock)
  const late: { behind: number; spoken: Spoken }[] = []
  let last: Spoken[] = []
  for (const spoken of play({ sessions: SESSIONS, rate: RATE, dialects: DIALECTS, seed, startAt })) {
    clock = Math.max(clock, spoken.at)
    if (chance.happens(LATE.share)) late.push({ behind: chance.int(1, LATE.behind), spoken })
    else yield* entriesOf(spoken, arrive())
    for (const one of late.splice(0)) {
      if (one.behind-- > 0) late.push(one)
      else yield* entriesOf(one.spoken, arrive())
    }
    last.push(spoken)
    if (last.length < SWARM.every) continue
    for (const again of last.slice(-SWARM.of)) yield* entriesOf(again, arrive())
    last = []
  }
}

const SOURCE: Source = {
  id: '11111111-1111-4111-8111-111111111111',
  slug: 'default',
  label: 'Proof',
  provider: 'auto',
  schemes: null,
  ownerId: null,
  staleAfterMs: null,
  qrExpiresAfterMs: null,
  connectingTimeoutMs: null,
  createdAt: 0,
  secrets: [],
}

function entriesOf(spoken: Spoken, { at, id }: { at: number; id: string }): Entry[] {
  const body = new TextEncoder().encode(spoken.body)
  const headers = spoken.dialect.sign('the secret of the proof', spoken.body, { id: spoken.id, at: spoken.at, now: spoken.at })
  const path = `/api/whatsapp/webhook/${spoken.session}`
  const delivery: Delivery = { id, receivedAt: at, method: 'POST', path, pathSession: spoken.session, headers, body, address: '127.0.0.1' }
  const kept = { id, receivedAt: at, path, address: '127.0.0.1', headers: '{}', body, bodySize: body.byteLength, scheme: 'hmac', secretId: null }
  const notes = { recognised: () => {}, mismatched: () => {} }
  const understood = understand({ allowances: ALLOWANCES, notes }, SOURCE, delivery, kept)
  if (!understood.ok) throw new Error(`The play of ${spoken.dialect.id} is not understood: ${understood.reason}`)
  return understood.entries
}

export function describeRebuild(proof: RebuildProof): string[] {
  const { events, sessions, writtenMs, rebuiltMs, differences } = proof
  return [
    `${events} events of ${sessions} sessions written in ${Math.round(writtenMs / 1000)} s, folded anew in ${Math.round(rebuiltMs / 1000)} s`,
    ...differences.slice(0, 20).map((difference) => `DIFFERS: ${difference}`),
    differences.length === 0 ? 'No difference.' : `${differences.length} differences.`,
  ]
}
