import type { HavocOutcome } from './havoc'
import type { OracleCounts } from './oracle'
import { isProved, type Verdict } from './verdict'

/** What a run says; also the shape of its JSON file. Durations in milliseconds. */
export interface ProofReport {
  proved: boolean
  seed: number
  startedAt: string
  durationMs: number
  kills: { total: number; byKind: Record<string, number> }
  recovery: { awaited: number; medianMs: number; slowestMs: number }
  sent: number
  acknowledged: number
  duplicatesAcknowledged: number
  stored: number
  lost: number
  twice: number
  misnamed: number
  renamed: number
  altered: number
  misplaced: number
  unacknowledgedButStored: number
  differences: number
  unanswered: number
  refused: Record<string, number>
  givenUp: number
  /** Starts of the server that ended because Postgres was away; its supervisor started it again. */
  failedStarts: number
  /** In words: what was violated. Empty when it is proved. */
  violations: string[]
}

export interface ProofFacts {
  seed: number
  startedAt: Date
  durationMs: number
  havoc: HavocOutcome
  counts: OracleCounts
  verdict: Verdict
  failedStarts: number
  /** Ended by hand: who would have tried again was not let. */
  isInterrupted: boolean
  crashes: readonly string[]
  /** Null = it did not stop by itself after SIGTERM. */
  exitCode: number | null
}

export function reportOf(facts: ProofFacts): ProofReport {
  const { havoc, counts, verdict } = facts
  const violations = violationsOf(facts)
  const recoveries = havoc.recoveriesMs.toSorted((a, b) => a - b)
  return {
    proved: violations.length === 0 && isProved(verdict),
    seed: facts.seed,
    startedAt: facts.startedAt.toISOString(),
    durationMs: Math.round(facts.durationMs),
    kills: { total: Object.values(havoc.kills).reduce((sum, times) => sum + times, 0), byKind: havoc.kills },
    recovery: {
      awaited: recoveries.length,
      medianMs: Math.round(recoveries[recoveries.length >> 1] ?? 0),
      slowestMs: Math.round(recoveries.at(-1) ?? 0),
    },
    sent: counts.sent,
    acknowledged: verdict.acknowledged,
    duplicatesAcknowledged: counts.duplicates,
    stored: verdict.stored,
    lost: verdict.lost.length,
    twice: verdict.twice.length,
    misnamed: verdict.misnamed.length,
    renamed: verdict.renamed,
    altered: verdict.altered.length,
    misplaced: verdict.misplaced.length,
    unacknowledgedButStored: verdict.unacknowledgedButStored,
    differences: verdict.differences.length,
    unanswered: counts.unanswered,
    refused: Object.fromEntries(counts.refused),
    givenUp: counts.givenUp,
    failedStarts: facts.failedStarts,
    violations,
  }
}

/** For people. */
export function describeReport(report: ProofReport): string[] {
  const { kills, recovery } = report
  const kinds = Object.entries(kills.byKind).map(([kind, times]) => `${times} × ${kind}`)
  const refused = Object.entries(report.refused).map(([status, times]) => `${times} × ${status}`)
  return [
    `${kills.total} kills in ${seconds(report.durationMs)} (${kinds.join(', ')})`,
    `recovered within ${seconds(recovery.medianMs)} (median) and ${seconds(recovery.slowestMs)} (slowest)`,
    `${report.sent} sent, ${report.acknowledged} acknowledged, ${report.stored} stored, of them ${report.unacknowledgedButStored} without an answer`,
    `${report.lost} lost, ${report.twice} twice, ${report.altered} altered, ${report.misplaced} out of order, ${report.differences} differences to the fold`,
    `${report.unanswered} posts without an answer, refused: ${refused.join(', ') || 'none'}`,
    ...report.violations.map((violation) => `VIOLATED: ${violation}`),
    report.proved ? 'Proved: everything acknowledged is stored, exactly once.' : 'NOT PROVED.',
  ]
}

function violationsOf({ havoc, counts, verdict, crashes, exitCode, isInterrupted }: ProofFacts): string[] {
  const numbered = (what: string, numbers: readonly number[]) =>
    numbers.length > 0 ? [`${numbers.length} ${what}: ${numbers.slice(0, 10).join(', ')}${numbers.length > 10 ? ', …' : ''}`] : []
  return [
    ...numbered('acknowledged and lost', verdict.lost),
    ...numbered('stored twice', verdict.twice),
    ...numbered('acknowledged under an id that the ledger does not have', verdict.misnamed),
    ...numbered('stored with other bytes than were sent', verdict.altered),
    ...numbered('out of order', verdict.misplaced),
    ...verdict.differences.slice(0, 10).map((difference) => `differs from the fold of the ledger: ${difference}`),
    ...havoc.stuck.map((kind) => `did not recover from the kill of ${kind}`),
    ...crashes.slice(0, 10).map((how) => `the server ended ${how}, though nobody had killed it`),
    ...(counts.givenUp > 0 && !isInterrupted ? [`${counts.givenUp} senders that try again were never heard`] : []),
    ...(counts.acknowledged === 0 ? ['nothing was acknowledged at all'] : []),
    ...(exitCode === 0 ? [] : [`the server did not stop cleanly at the end (${exitCode === null ? 'not within 15 s' : `exit code ${exitCode}`})`]),
  ]
}

const seconds = (ms: number) => (ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms / 1000)} s`)
