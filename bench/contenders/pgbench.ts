/** Postgres' own benchmark, with the same tables and rows: how fast this Postgres takes such rows at all. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cpuSeconds } from '../cpu'
import type { Ground } from '../ground'
import type { Contender, Figure } from './contender'

export type PgbenchKind = 'row' | 'batch'

const ROWS = { row: 1, batch: 100 } as const
const CLIENTS = { row: 64, batch: 1 } as const
const LABELS = { row: 'pgbench, one row per transaction, 64 clients', batch: 'pgbench, 100 rows per transaction, 1 client' } as const
const BODY_BYTES = 1_050

/** `PGBENCH`, or one on the PATH, or where Debian hides it. */
export function findPgbench(): string | null {
  const given = process.env.PGBENCH ?? Bun.which('pgbench')
  if (given) return given
  const versions = [18, 17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`)
  return versions.find((path) => existsSync(path)) ?? null
}

export class Pgbench implements Contender {
  readonly id: string
  readonly label: string

  constructor(
    private readonly kind: PgbenchKind,
    private readonly ground: Ground,
    private readonly binary: string,
    private readonly databaseUrl: string,
  ) {
    this.id = `pgbench-${kind}`
    this.label = LABELS[kind]
  }

  async start(): Promise<void> {
    // The sessions are there already, as they are for the others after their first second.
    const child = this.#spawn(['-n', '-t', '1', '-f', join(import.meta.dir, 'sessions.sql')])
    if ((await child.exited) !== 0) throw new Error(`pgbench could not prepare its sessions: ${await new Response(child.stderr).text()}`)
  }

  async measure(seconds: number): Promise<Figure> {
    await this.ground.settle()
    const before = cpuSeconds(this.ground.postgresPids())
    const body = bodyText(BODY_BYTES * ROWS[this.kind])
    const script = join(import.meta.dir, `${this.kind}.sql`)
    const clients = CLIENTS[this.kind]
    const child = this.#spawn([
      '-n',
      '-M',
      'prepared',
      '-c',
      String(clients),
      '-j',
      String(Math.min(clients, 2)),
      '-T',
      String(Math.ceil(seconds)),
      '-D',
      `body=${body}`,
      '-f',
      script,
    ])
    const [out, err, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
    const tps = Number(/^tps = ([\d.]+)/m.exec(out)?.[1])
    if (code !== 0 || !(tps > 0)) throw new Error(`pgbench failed: ${err.slice(-500) || out.slice(-500)}`)
    const rows = tps * ROWS[this.kind]
    const postgres = (cpuSeconds(this.ground.postgresPids()) - before) / seconds
    return { perSecond: rows, cores: { postgres }, kept: Math.round(rows * seconds), notes: [] }
  }

  async stop(): Promise<void> {}

  #spawn(args: string[]) {
    const url = new URL(this.databaseUrl)
    const env = {
      ...process.env,
      PGHOST: url.hostname,
      PGPORT: url.port,
      PGUSER: decodeURIComponent(url.username),
      PGPASSWORD: decodeURIComponent(url.password),
      PGDATABASE: url.pathname.slice(1),
    }
    return Bun.spawn([this.binary, ...args], { env, stdout: 'pipe', stderr: 'pipe' })
  }
}

/** Text that looks like a body: compresses about as well. */
function bodyText(bytes: number): string {
  let text = ''
  while (text.length < bytes)
    text += `{"id":"${crypto.randomUUID()}","timestamp":${1_795_450_000_000 + text.length},"event":"message","payload":{"from":"55119${text.length}@c.us","body":"Where is it?"}},`
  return text.slice(0, bytes)
}
