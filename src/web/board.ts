import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import type { SessionRecord } from '../domain/records'
import type { Allowances } from '../domain/staleness'
import { findSessionsVersion, listMovedSessions, listStoredSessions, type SessionsVersion, type StoredSession, sessionAt } from '../store/sessions-read'

/**
 * All sessions, kept in memory between two looks. Every look asks the database whether anything moved and reads only that,
 * so it is never older than the database; that is what makes a page of 500 sessions cheap.
 */
export class Board {
  #stored = new Map<string, StoredSession>()
  #version: SessionsVersion | null = null
  #reading: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(
    private readonly sql: Sql,
    private readonly allowances: Allowances,
    private readonly now: () => Instant,
  ) {}

  /** Every session as it is now. */
  async sessions(): Promise<SessionRecord[]> {
    await this.refresh()
    const now = this.now()
    return Array.from(this.#stored.values(), (stored) => sessionAt(stored, this.allowances, now))
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
    if (known?.events === version.events && known.settings === version.settings) return
    if (known?.settings === version.settings && version.count >= this.#stored.size) {
      for (const stored of await listMovedSessions(this.sql, this.#stored.values())) this.#stored.set(stored.id, stored)
    } else {
      this.#stored = new Map((await listStoredSessions(this.sql)).map((stored) => [stored.id, stored]))
    }
    this.#version = version
  }
}
