import type { Sql } from 'postgres'
import type { CallRecord, EventRecord, MessageRecord, TransitionRecord } from '../../domain/records'
import { listCalls } from '../../store/calls-read'
import { listSessionEvents } from '../../store/events-read'
import { listMessages } from '../../store/messages-read'
import { listTransitions } from '../../store/transitions-read'

/** What a session's page shows besides the session itself; all newest first. */
export interface SessionHistory {
  transitions: TransitionRecord[]
  messages: MessageRecord[]
  calls: CallRecord[]
}

export async function loadHistory(sql: Sql, sessionId: string): Promise<SessionHistory> {
  const [transitions, messages, calls] = await Promise.all([
    listTransitions(sql, sessionId, { limit: 100 }),
    listMessages(sql, sessionId, { limit: 30 }),
    listCalls(sql, sessionId, 10),
  ])
  return { transitions: transitions.data, messages: messages.data, calls }
}

export async function loadTail(sql: Sql, sessionId: string): Promise<EventRecord[]> {
  return (await listSessionEvents(sql, sessionId, { limit: 50 })).data
}
