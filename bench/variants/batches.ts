/** Batches as the write path makes them: deliveries proved, decoded, redacted and folded by the server's own code, kept to be written in several ways. */
import type { Instant } from '../../src/domain/event'
import { createArrivals } from '../../src/ingest/arrival'
import { type Entry, foldBatch, type KnownSession, type SessionWork } from '../../src/ingest/batch'
import { Quarantine } from '../../src/ingest/quarantine'
import { type ReceiveDeps, receive } from '../../src/ingest/receive'
import { type BatchRows, rowsOf, sessionRow } from '../../src/ingest/rows'
import { Writer, type Written } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import type { KeyRow } from '../../src/store/ledger'
import type { SessionRow } from '../../src/store/session-writes'
import type { Line } from '../../src/tasks/simulate/happening'
import { benchSource } from '../contenders/source'
import { bodyOf, makeLines } from '../load/requests'

export interface Batch {
  keys: KeyRow[]
  rows: BatchRows
  sessions: SessionRow[]
}

const SECRET = 'a secret of the variants'
const BODY_BYTES = 1_000
// Never connected: nothing here asks it anything.
const NOWHERE = connect('postgres://nobody@127.0.0.1:1/nothing', 1)
/** The tally of a session is written in steps of so long. */
const STEP_MS = 5_000

/** Takes what would be written. */
class Catcher extends Writer {
  readonly caught: Entry[] = []

  override append(entry: Entry): Promise<Written> {
    this.caught.push(entry)
    return Promise.resolve({ id: '', duplicate: false })
  }
}

/** All batches, one after the other, of sessions that have begun: every database that took those before can take the next. */
export class BatchMaker {
  /** Stands still, so that arrivals are a microsecond apart and no batch differs from the others in what it writes. */
  readonly now: Instant = Math.floor(Date.now() / STEP_MS) * STEP_MS
  readonly #lines: Line[]
  readonly #known = new Map<string, KnownSession>()
  readonly #writer = new Catcher(NOWHERE, () => this.now)
  readonly #arrival = createArrivals(() => this.now)
  readonly #source = benchSource(SECRET, this.now)
  readonly #deps: ReceiveDeps = {
    writer: this.#writer,
    quarantine: new Quarantine(NOWHERE),
    fingerprint: (text) => text.slice(0, 4),
    allowances: { staleAfterMs: 900_000, qrExpiresAfterMs: 60_000, connectingTimeoutMs: 180_000 },
    now: () => this.now,
    noteUse() {},
    notes: { recognised() {}, mismatched() {} },
  }
  #made = 0

  constructor(sessions: number) {
    this.#lines = makeLines(sessions)
  }

  /** A first delivery of every session. */
  async begin(): Promise<Entry[]> {
    const entries = await this.#entries(this.#lines)
    this.#fold(entries)
    return entries
  }

  /** @throws when a batch would write more than the five tables, or more of them than every other. */
  async make(size: number): Promise<Batch> {
    const lines = Array.from({ length: size }, () => this.#lines[Math.floor(Math.random() * this.#lines.length)] as Line)
    const entries = await this.#entries(lines)
    const works = this.#fold(entries)
    const rows = rowsOf(works, this.now)
    const keys = entries.flatMap(({ sessionId, events }) => events.flatMap(({ id, keyHash }) => (keyHash ? [{ s: sessionId, k: keyHash, e: id }] : [])))
    const sessions = works.map((work) => sessionRow(work, this.now)).sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1))
    const isPlain = works.every((work) => work.lateFrom === null && work.transitions.length === 0) && sessions.every((row) => row.isOnlyPulse)
    const counts = [keys, rows.events, rows.deliveries, rows.messages].map(({ length }) => length)
    if (!isPlain || rows.lateMinutes.length > 0 || counts.some((count) => count !== size)) throw new Error(`Not a plain batch of ${size}: ${counts}`)
    return { keys, rows, sessions }
  }

  #fold(entries: Entry[]): SessionWork[] {
    const works = foldBatch(
      entries,
      () => true,
      (sessionId) => this.#known.get(sessionId),
    )
    for (const { sessionId, after } of works) this.#known.set(sessionId, after)
    return works
  }

  async #entries(lines: Line[]): Promise<Entry[]> {
    for (const line of lines) await this.#receive(line)
    return this.#writer.caught.splice(0)
  }

  async #receive(line: Line): Promise<void> {
    const body = Buffer.from(bodyOf(line, this.#made++, BODY_BYTES))
    const { at: receivedAt, id } = this.#arrival()
    const signature = new Bun.CryptoHasher('sha256', SECRET).update(body).digest('hex')
    const headers = { 'content-type': 'application/json', 'user-agent': 'bench', 'x-webhook-signature': `sha256=${signature}` }
    const path = `/api/whatsapp/webhook/${line.name}`
    await receive(this.#deps, this.#source, { id, receivedAt, method: 'POST', path, pathSession: line.name, headers, body, address: '127.0.0.1' })
  }
}
