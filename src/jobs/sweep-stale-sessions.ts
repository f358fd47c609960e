import type { Sql } from 'postgres'
import type { Controls } from '../control/controls'
import type { Instant } from '../domain/event'
import { keyHash } from '../domain/id'
import { type Allowances, deadlineOf, narrowest } from '../domain/staleness'
import type { Entry } from '../ingest/batch'
import type { Writer } from '../ingest/writer'
import { listStaleCandidates, moveStaleAt, type StaleCandidate } from '../store/stale'
import { askBeforeJudging } from './ask-before-judging'

const AT_ONCE = 500

export interface SweepDeps {
  sql: Sql
  writer: Writer
  allowances: Allowances
  now(): Instant
  /** Asked before a session is judged; absent where no source can be asked. */
  controls?: Controls
}

/**
 * Marks silent sessions disconnected, by appending a `session.stale` event dated by its deadline, not by when the job ran. A source
 * that can be asked is asked first: what it answers in time is appended as evidence, and the session judged by that.
 * The event says what had been heard when it was judged; if the session spoke meanwhile, the fold ignores it.
 * @returns how many sessions were judged stale.
 */
export async function sweepStaleSessions(deps: SweepDeps): Promise<number> {
  // What waits in the journal may be what a session said.
  if (deps.writer.isBehind) return 0
  let judged = 0
  for (;;) {
    const now = deps.now()
    const candidates = await listStaleCandidates(deps.sql, now, AT_ONCE)
    const silent = candidates.map((candidate) => ({ candidate, deadline: deadlineOf(candidate.state, allowancesOf(deps, candidate)) }))
    const moved = silent.filter(({ deadline }) => deadline === null || deadline > now)
    await moveStaleAt(
      deps.sql,
      moved.map(({ candidate, deadline }) => ({ sessionId: candidate.sessionId, seq: candidate.seq, staleAt: deadline })),
    )
    const stale = silent.filter((one): one is typeof one & { deadline: Instant } => one.deadline !== null && one.deadline <= now)
    const spoken = deps.controls
      ? await askBeforeJudging(
          deps.controls,
          stale.map(({ candidate }) => ({ ...candidate, allowances: allowancesOf(deps, candidate) })),
        )
      : new Set()
    const silentStill = stale.filter(({ candidate }) => !spoken.has(candidate.sessionId))
    await Promise.all(silentStill.map(({ candidate, deadline }) => deps.writer.append(staleEntry(deps, candidate, deadline, now))))
    judged += silentStill.length
    if (candidates.length < AT_ONCE) return judged
  }
}

function allowancesOf(deps: SweepDeps, candidate: StaleCandidate): Allowances {
  return narrowest(deps.allowances, candidate.overrides, candidate.sourceOverrides)
}

function staleEntry(deps: SweepDeps, candidate: StaleCandidate, deadline: Instant, now: Instant): Entry {
  const { state } = candidate
  const id = Bun.randomUUIDv7('hex', Math.floor(now))
  // Two sweeps that judge the same silence say the same thing.
  const key = `stale:${state.status}:${state.since}:${state.heardAt}:${state.qr?.at ?? ''}`
  return {
    sessionId: candidate.sessionId,
    session: {
      sourceId: candidate.sourceId,
      name: candidate.name,
      provider: candidate.provider,
      ownerId: candidate.ownerId,
      allowances: allowancesOf(deps, candidate),
    },
    delivery: null,
    receivedAt: now,
    events: [
      {
        id,
        decoded: {
          type: 'session.stale',
          providerType: 'sweep',
          key,
          occurredAt: deadline,
          ordered: true,
          session: { judged: { lastEventAt: state.heardAt } },
        },
        position: { at: deadline, key, id },
        keyHash: keyHash(key),
      },
    ],
  }
}
