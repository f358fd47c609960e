/**
 * Promise 1: a 2xx means "on disk, once", whatever is killed. And the proof of the proof: servers that break the promise are
 * caught. The long run is `bun task prove --kills 1000`.
 */
import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULTS, type ProveOptions } from '../../src/tasks/prove/options'
import { type Proof, type ProveDeps, prove } from '../../src/tasks/prove/prove'
import { dataFolder } from '../tasks/support/task'

const WITHIN_MS = 240_000

const signal = new AbortController().signal
const attempt = (options: Partial<ProveOptions>, weakened: Partial<ProveDeps> = {}) =>
  prove({ ...DEFAULTS, betweenMs: 100, ...options }, { progress: () => {}, signal, env: process.env, ...weakened })

/** Few kills at first, so that it is soon caught; chance may need more of them. */
async function untilCaught(options: Partial<ProveOptions>, weakened: Partial<ProveDeps>): Promise<Proof> {
  for (let seed = 1; ; seed++) {
    const proof = await attempt({ ...options, seed }, weakened)
    if (proof.folder) rmSync(proof.folder, { recursive: true, force: true })
    if (!proof.report.proved || seed === 6) return proof
  }
}

test(
  'nothing acknowledged is lost, doubled, altered or out of order over 20 kills of server and Postgres',
  async () => {
    const { report, folder } = await attempt({ kills: 20, outageMs: 1_500 })
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({ proved: true, lost: 0, twice: 0, altered: 0, misplaced: 0, differences: 0, kills: { total: 20 } })
    expect(report.acknowledged).toBeGreaterThan(200)
    expect(folder).toBeNull()
  },
  WITHIN_MS,
)

test(
  'a server that acknowledges before the commit is caught',
  async () => {
    const { report } = await untilCaught({ kills: 3, only: 'server', rate: 800 }, { entry: 'test/prove/twins/acknowledges-first.ts' })
    expect(report.lost).toBeGreaterThan(0)
    expect(report.proved).toBe(false)
  },
  WITHIN_MS,
)

test(
  'a Postgres that acknowledges before its log is on disk is caught',
  async () => {
    const postgresSettings = { synchronous_commit: 'off', wal_writer_delay: '10s' }
    const { report } = await untilCaught({ kills: 2, only: 'postgres' }, { postgresSettings })
    expect(report.lost).toBeGreaterThan(0)
    expect(report.proved).toBe(false)
  },
  WITHIN_MS,
)

test(
  'a server that forgets what it was told is caught',
  async () => {
    const { report } = await untilCaught({ kills: 1, only: 'server' }, { entry: 'test/prove/twins/forgets-keys.ts' })
    expect(report.twice).toBeGreaterThan(0)
    expect(report.proved).toBe(false)
  },
  WITHIN_MS,
)

test(
  'an interrupted proof is judged by what was done, and leaves no process and no file behind',
  async () => {
    const folder = dataFolder()
    const child = Bun.spawn([process.execPath, 'src/cli.ts', 'prove', '--kills', '1000'], {
      cwd: join(import.meta.dir, '../..'),
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TMPDIR: folder },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    for await (const chunk of child.stderr as unknown as AsyncIterable<Uint8Array>) {
      const line = new TextDecoder().decode(chunk)
      if (/ [1-9]\d* of 1000 kills/.test(line)) child.kill('SIGINT')
    }
    expect(await new Response(child.stdout).text()).toContain('Proved: everything acknowledged is stored')
    expect(await child.exited).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    expect(processesOf(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  },
  WITHIN_MS,
)

/** Postgres names the folder in its arguments, the server in its environment. */
function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self')) {
    const all = spawnSync('ps', ['axeww'], { encoding: 'utf8' }).stdout.split('\n')
    return all.filter((line) => line.includes(folder))
  }
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(folder)))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // It ended meanwhile.
  }
}
