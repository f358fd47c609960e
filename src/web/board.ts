import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import type { SessionRecord } from '../domain/records'
import type { Allowances } from '../domain/staleness'
import { findSessionsVersion, listStoredSessions, type SessionsVersion, SessionView, type StoredSession } from '../store/sessions-read'

/**
 * All sessions, kept in memory between two looks. Every look asks the database whether anything moved and reads only that,
 * so it is never older than the database; that is what makes a page of 500 sessions cheap.
 */
export class Board {
  #views = new Map<string, SessionView>()
  #version: SessionsVersion | null = null
  #marks: ReadonlyMap<string, string> = new Map()
  #reading: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(
    private readonly sql: Sql,
    private readonly allowances: Allowances,
    private readonly now: () => Instant,
  ) {}

  /** Every session as it is now. One of which nothing is different is the same object as the last time. */
  async sessions(): Promise<SessionRecord[]> {
    await this.refresh()
    const now = this.now()
    return Array.from(this.#views.values(), (view) => view.at(now))
  }

  /** Looks once more; those who ask while a look is under way share the one that begins after it. */
  refresh(): Promise<void> {
    if (!this.#reading) {
      this.#reading = this.#read().finally(() => (this.#reading = null))
      return this.#reading
    }
    this.#next ??= this.#reading
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.refresh()
      })
    return this.#next
  }

  async #read(): Promise<void> {
    // Asked before what it stands for is read: then a change in between is read once too often, never once too seldom.
    const version = await findSessionsVersion(this.sql)
    const known = this.#version
    if (known?.around === version.around && known.sessions === version.sessions) return
    const marks = marksOf(version.sessions)
    if (known?.around === version.around) await this.#readMoved(marks)
    else this.#views = new Map((await listStoredSessions(this.sql)).map((stored) => [stored.id, this.#viewOf(stored)]))
    this.#version = version
    this.#marks = marks
  }

  async #readMoved(marks: ReadonlyMap<string, string>): Promise<void> {
    for (const id of this.#marks.keys()) if (!marks.has(id)) this.#views.delete(id)
    const moved = [...marks].flatMap(([id, mark]) => (this.#marks.get(id) === mark ? [] : [id]))
    for (const stored of moved.length > 0 ? await listStoredSessions(this.sql, moved) : []) this.#views.set(stored.id, this.#viewOf(stored))
  }

  #viewOf(stored: StoredSession): SessionView {
    return new SessionView(stored, this.allowances)
  }
}

function marksOf(sessions: string): Map<string, string> {
  return new Map((sessions === '' ? [] : sessions.split(' ')).map((one) => one.split('=') as [id: string, mark: string]))
}
