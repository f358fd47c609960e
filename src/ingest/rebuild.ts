import { isDeepStrictEqual } from 'node:util'
import type { Sql } from 'postgres'
import type { CallFacts, DecodedEvent, EventType, MessageFacts, SessionFacts } from '../domain/event'
import { isMessageEvent, isSessionEvent } from '../domain/event'
import { foldOnto } from '../domain/fold'
import { emptyTally, initialState, isBefore, type SessionState, type SessionTally } from '../domain/session'
import { tallied } from '../domain/tally'
import { type Tx, upsertMessages } from '../store/ledger'
import { upsertCalls, upsertReactions } from '../store/projections'
import * as store from '../store/rebuild'
import { deleteTransitionsAfter, insertTransitions } from '../store/session-writes'
import { run } from '../store/statement'
import { type PendingEvent, toFolded } from './batch'
import { withCauses } from './refold'
import { addProjections, emptyRows } from './rows'

export interface RebuildReport {
  sessions: number
  events: number
  /** What differs between the projections and the fold of the ledger, in words; empty when nothing does. */
  differences: string[]
}

const CHUNK = 2_000

/**
 * Folds the whole ledger anew and compares every projection with it; with `repair` it also replaces what differs.
 * Reads one snapshot, so it is right while webhooks keep coming (then without `repair`).
 */
export async function rebuild(sql: Sql, options: { repair: boolean; progress?(done: number, of: number): void }): Promise<RebuildReport> {
  const report: RebuildReport = { sessions: 0, events: 0, differences: [] }
  await sql.begin('isolation level repeatable read', async (tx) => {
    await store.shadowProjections(tx)
    const sessions = await store.listLedgerSessions(tx)
    for (const session of sessions) {
      await rebuildSession(tx, session, report, options.repair)
      report.sessions++
      options.progress?.(report.sessions, sessions.length)
    }
    for (const table of store.SHADOWED) {
      const rows = await store.countDifferences(tx, table)
      if (rows > 0) report.differences.push(`${table}: ${rows} rows differ`)
    }
    if (options.repair && report.differences.length > 0) await store.replaceProjections(tx)
    const minutes = await store.countRollupDifferences(tx)
    if (minutes > 0) report.differences.push(`rollups: ${minutes} counts differ`)
    if (options.repair && minutes > 0) await store.recountRollups(tx)
  })
  return report
}

async function rebuildSession(tx: Tx, session: store.LedgerSession, report: RebuildReport, repair: boolean): Promise<void> {
  const events = (await store.listLedgerEvents(tx, session.sessionId)).map(toPending).sort((a, b) => (isBefore(a.position, b.position) ? -1 : 1))
  report.events += events.length
  const told = (what: string) => report.differences.push(`session ${session.name} (${session.sessionId}): ${what}`)
  const { state, transitions } = foldOnto(session.base?.state ?? initialState(session.createdAt), events.map(toFolded))
  let tally: SessionTally = session.base?.tally ?? emptyTally()
  for (const event of events) tally = tallied(tally, event.decoded.type, event.receivedAt, event.decoded.message?.fromMe === true, event.position.at)
  const before = report.differences.length
  for (const difference of differencesOf(session, state, tally)) told(difference)
  const stored = new Map((await store.listStoredTransitions(tx, session.sessionId)).map((one) => [one.eventId, one]))
  for (const { transition, event } of transitions) {
    const known = stored.get(event.position.id)
    if (!known || known.to !== transition.to || known.from !== transition.from || known.reason !== transition.reason)
      told(`transition to ${transition.to} at ${new Date(transition.at).toISOString()} differs`)
  }
  if (!session.base && stored.size > transitions.length) told(`${stored.size - transitions.length} transitions that no event causes`)
  if (repair && report.differences.length > before) {
    await store.rewriteSession(tx, { sessionId: session.sessionId, seq: session.seq, state, tally })
    const rows = withCauses(transitions).map((transition) => ({ s: session.sessionId, ...transition }))
    await deleteTransitionsAfter(
      tx,
      session.sessionId,
      session.base?.state.head?.at ?? 0,
      rows.map((row) => row.eventId),
    )
    await run(tx, insertTransitions(rows))
  }
  await foldProjections(tx, session.sessionId, events)
}

function differencesOf(session: store.LedgerSession, state: SessionState, tally: SessionTally): string[] {
  const differences: string[] = []
  for (const name of Object.keys(state) as (keyof SessionState)[]) {
    if (!isDeepStrictEqual(session.state[name], state[name]))
      differences.push(`state.${name} is ${JSON.stringify(session.state[name])}, the ledger says ${JSON.stringify(state[name])}`)
  }
  for (const name of Object.keys(tally) as (keyof SessionTally)[]) {
    if (!isDeepStrictEqual(session.tally[name], tally[name]))
      differences.push(`tally.${name} is ${JSON.stringify(session.tally[name])}, the ledger says ${JSON.stringify(tally[name])}`)
  }
  if (!session.base && session.seq !== tally.events) differences.push(`seq is ${session.seq}, the ledger has ${tally.events} events`)
  return differences
}

async function foldProjections(tx: Tx, sessionId: string, events: PendingEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += CHUNK) {
    const rows = emptyRows()
    for (const event of events.slice(from, from + CHUNK)) addProjections(rows, sessionId, event)
    if (rows.messages.length > 0) await run(tx, upsertMessages(rows.messages))
    if (rows.reactions.length > 0) await run(tx, upsertReactions(rows.reactions))
    if (rows.calls.length > 0) await run(tx, upsertCalls(rows.calls))
  }
}

/** An event of the ledger as it was when it came in. */
export function toPending(row: store.LedgerEvent): PendingEvent & { receivedAt: number } {
  const { ordered, ...facts } = row.facts
  const decoded: DecodedEvent = {
    type: row.type,
    providerType: '',
    key: row.key,
    occurredAt: row.occurredAt,
    ordered: ordered === true,
    ...factsOf(row, facts),
  }
  return { id: row.id, receivedAt: row.receivedAt, decoded, position: { at: row.at, key: row.key ?? '', id: row.id }, keyHash: null }
}

function factsOf(row: store.LedgerEvent, facts: Record<string, unknown>): Partial<DecodedEvent> {
  const type: EventType = row.type
  if (isSessionEvent(type)) return { session: facts as SessionFacts }
  if (isMessageEvent(type) && row.messageId !== null) {
    const message = { ...facts, id: row.messageId } as MessageFacts
    if (row.chat !== null) message.chat = row.chat
    if (row.text !== null) message.text = row.text
    return { message }
  }
  return type.startsWith('call.') && typeof facts.id === 'string' ? { call: facts as unknown as CallFacts } : {}
}
