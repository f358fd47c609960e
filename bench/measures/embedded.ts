/** The same server on the Postgres that it brings along, and on one that the machine has. */
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/store/database'
import { type Conditions, freePort, HttpContender } from '../contenders/http'
import { linekeeper } from '../contenders/linekeeper'
import type { Ground } from '../ground'
import { type Row, ratioRow } from '../report'

const WHAT = 'webhooks/s on the embedded Postgres ÷ on an external one'

export async function measureEmbedded(conditions: Conditions, rounds: number, seconds: number, progress: (line: string) => void): Promise<Row> {
  const bin = [18, 17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin`).find((path) => existsSync(join(path, 'initdb')))
  if (!bin)
    return { what: WHAT, value: null, unit: '×', bar: 0.8, sense: 'least', why: 'no Postgres server of the machine was found under /usr/lib/postgresql' }
  const external = await startExternal(bin, conditions.ground)
  const inside = new HttpContender(linekeeper(conditions.ground, conditions.secret, '', 'embedded'), conditions)
  const outside = new HttpContender(linekeeper(conditions.ground, conditions.secret, external.url, 'external'), conditions)
  try {
    await inside.start()
    await outside.start()
    for (const one of [inside, outside]) await one.measure(Math.max(5, seconds))
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [inside, outside] : [outside, inside]
      const rates = new Map<HttpContender, number>()
      for (const one of order) rates.set(one, (await one.measure(seconds)).perSecond)
      ratios.push((rates.get(inside) ?? 0) / (rates.get(outside) ?? 1))
      progress(
        `round ${round + 1}/${rounds}: embedded ${Math.round(rates.get(inside) ?? 0)}/s, Postgres ${external.version} ${Math.round(rates.get(outside) ?? 0)}/s`,
      )
    }
    return ratioRow(`${WHAT} (${external.version}, its own defaults)`, ratios, 0.8)
  } finally {
    await inside.stop()
    await outside.stop()
    await external.stop()
  }
}

async function startExternal(bin: string, ground: Ground): Promise<{ url: string; version: string; stop(): Promise<void> }> {
  const folder = join(ground.folder, 'external-postgres')
  const isRoot = process.getuid?.() === 0
  // Postgres refuses to be root; `nobody` is on every machine.
  const owner = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  mkdirSync(folder)
  if (isRoot) chownSync(folder, 65_534, 65_534)
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }
  const made = spawnSync(join(bin, 'initdb'), ['-D', folder, '-U', 'bench', '--auth=trust', '-E', 'UTF8'], { ...owner, env })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const child = spawn(join(bin, 'postgres'), ['-D', folder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='], {
    ...owner,
    env,
    stdio: 'ignore',
  })
  const url = `postgres://bench@127.0.0.1:${port}/postgres`
  for (let tries = 0; ; tries++) {
    const probe = connect(url, 1)
    const version = await probe<{ server_version: string }[]>`show server_version`.then(
      ([row]) => row?.server_version,
      () => undefined,
    )
    await probe.end()
    if (version !== undefined) return { url, version: version.split(' ')[0] ?? version, stop: () => stop(child) }
    if (tries > 100) throw new Error('The external Postgres did not come up')
    await Bun.sleep(100)
  }
}

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGINT')
  await gone
}
