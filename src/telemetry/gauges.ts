import { Gauge, type Registry } from 'prom-client'

type Now<T> = () => T | Promise<T>

/** What is looked up when /metrics is asked for, and not before. */
export interface Gauges {
  /** Entries that wait for a commit. */
  backlog?: Now<number>
  /** What the journal still holds; `oldestAt` in Unix milliseconds. */
  journal?: () => { records: number; bytes: number; oldestAt: number | null }
  sessions?: Now<readonly { source: string; status: string; count: number }[]>
  /** Most connections of each pool. */
  pools?: { write: number; read: number }
  /** Connections as the database sees them, by state: `active`, `idle`, `idle in transaction`. */
  connections?: Now<readonly { state: string; count: number }[]>
}

/**
 * The gauges of what is given. A lookup that fails, because the database is away, leaves its gauge without a value: a
 * scrape must work best when things go wrong.
 */
export function registerGauges(registry: Registry, gauges: Gauges): void {
  const { backlog, journal, sessions, pools, connections } = gauges
  if (backlog) plain(registry, 'ledger_backlog', 'Entries that wait for a commit', backlog)
  if (journal) registerJournal(registry, journal)
  if (sessions) labelled(registry, 'sessions', 'Sessions by source and status', ['source', 'status'], sessions)
  if (pools) labelled(registry, 'db_pool_size', 'Most connections of a pool', ['pool'], () => Object.entries(pools).map(([pool, count]) => ({ pool, count })))
  if (connections) labelled(registry, 'db_pool_connections', 'Open connections by state', ['state'], connections)
  registerProcess(registry)
}

function registerJournal(registry: Registry, journal: NonNullable<Gauges['journal']>): void {
  plain(registry, 'journal_depth', 'Deliveries in the journal, not yet in Postgres', () => journal().records)
  plain(registry, 'journal_bytes', 'Bytes of the journal on disk', () => journal().bytes)
  plain(registry, 'journal_oldest_seconds', 'Age of the oldest delivery in the journal', () => {
    const { oldestAt } = journal()
    return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000
  })
}

function plain(registry: Registry, name: string, help: string, look: Now<number>): void {
  new Gauge({
    name: `linekeeper_${name}`,
    help,
    registers: [registry],
    async collect() {
      const value = await attempt(look)
      if (value === undefined) this.remove()
      else this.set(value)
    },
  })
}

type Row = { count: number } & Record<string, string | number>

function labelled(registry: Registry, name: string, help: string, labelNames: string[], look: Now<readonly Row[]>): void {
  new Gauge({
    name: `linekeeper_${name}`,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const rows = await attempt(look)
      this.reset()
      for (const { count, ...labels } of rows ?? []) this.set(labels, count)
    },
  })
}

/** By hand: of prom-client's own process metrics several are `Nan` or nonsense under Bun. */
function registerProcess(registry: Registry): void {
  const startedAt = Date.now() / 1000 - process.uptime()
  plainNamed(registry, 'process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
  plainNamed(registry, 'process_start_time_seconds', 'When the process started', () => startedAt)
  plainNamed(registry, 'process_cpu_seconds_total', 'CPU time used', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
}

function plainNamed(registry: Registry, name: string, help: string, look: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(look())
    },
  })
}

async function attempt<T>(look: Now<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch {
    return undefined
  }
}
