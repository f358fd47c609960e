/** A server in a process of its own, driven by the load generator. */

import { createServer } from 'node:net'
import type { Subprocess } from 'bun'
import { ALLOCATOR } from '../../src/allocator'
import { cpuSeconds, machineSeconds } from '../cpu'
import type { Ground } from '../ground'
import type { Generator } from '../load/client'
import type { Load } from '../load/generator'
import type { Contender, Figure } from './contender'

export interface HttpServer {
  id: string
  label: string
  command(port: number): Promise<{ argv: string[]; env: Record<string, string> }>
  /** Answers below 500 once it can take requests. */
  readyPath: string
  /** First guess of its rate, for how many requests to make; later runs know better. */
  guess: number
}

export interface LoadShape {
  connections: number
  sessions: number
  bodyBytes: number
}

export interface Conditions extends LoadShape {
  ground: Ground
  generator: Generator
  secret: string
}

/** A generator that is busier than this may be what is measured. */
const GENERATOR_LIMIT = 0.8

export class HttpContender implements Contender {
  readonly id: string
  readonly label: string
  port = 0
  /** Answered with 200 in all runs so far. */
  kept = 0
  #child: Subprocess | undefined
  #rate: number

  constructor(
    private readonly server: HttpServer,
    private readonly conditions: Conditions,
  ) {
    this.id = server.id
    this.label = server.label
    this.#rate = server.guess
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  async start(): Promise<void> {
    this.port = await freePort()
    const { argv, env } = await this.server.command(this.port)
    // Every contender on Bun has the allocator of ours: to the others it says nothing.
    this.#child = Bun.spawn(argv, { env: { ...process.env, ...ALLOCATOR, ...env }, stdout: 'ignore', stderr: 'inherit' })
    await this.#ready()
  }

  measure(seconds: number): Promise<Figure> {
    return this.#run(seconds, null)
  }

  measureAt(rate: number, seconds: number): Promise<Figure> {
    return this.#run(seconds, rate)
  }

  /** As measure(), with other sessions, sizes or connections than usual. */
  measureUnder(other: Partial<LoadShape>, seconds: number): Promise<Figure> {
    return this.#run(seconds, null, other)
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM')
    await this.#child?.exited
  }

  async #run(seconds: number, rate: number | null, other: Partial<LoadShape> = {}): Promise<Figure> {
    const { ground, generator, secret, sessions, bodyBytes, connections } = { ...this.conditions, ...other }
    await ground.settle()
    const count = Math.ceil(seconds * (rate ?? this.#rate * 1.6))
    let before = this.#cpu()
    const load = await generator.run({ port: this.port, secret, sessions, bodyBytes, count, connections, seconds, rate }, () => (before = this.#cpu()))
    const after = this.#cpu()
    if (rate === null) this.#rate = load.perSecond
    const kept = load.answered - Object.values(load.others).reduce((sum, n) => sum + n, 0)
    this.kept += kept
    const cores = (name: 'server' | 'postgres' | 'machine') => (after[name] - before[name]) / load.seconds
    const own = load.ownCores + cores('server') + cores('postgres')
    return {
      perSecond: load.perSecond,
      p50: load.p50,
      p99: load.p99,
      cores: { generator: load.ownCores, server: cores('server'), postgres: cores('postgres'), others: Math.max(0, cores('machine') - own) },
      kept,
      notes: notesOn(load, rate),
    }
  }

  #cpu(): { server: number; postgres: number; machine: number } {
    return { server: cpuSeconds([this.pid]), postgres: cpuSeconds(this.conditions.ground.postgresPids()), machine: machineSeconds().busy }
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (this.#child?.exitCode !== null) throw new Error(`${this.label} ended while it started`)
      const answer = await fetch(`http://127.0.0.1:${this.port}${this.server.readyPath}`).catch(() => undefined)
      if (answer && answer.status < 500) return
      await Bun.sleep(50)
    }
    throw new Error(`${this.label} did not come up`)
  }
}

function notesOn(load: Load, rate: number | null): string[] {
  const notes: string[] = []
  for (const [status, times] of Object.entries(load.others)) notes.push(`${times} × ${status}`)
  if (load.ownCores > GENERATOR_LIMIT) notes.push(`the generator used ${load.ownCores.toFixed(2)} cores: it may be the limit`)
  if (rate !== null && load.perSecond < rate * 0.95) notes.push(`only ${Math.round(load.perSecond)} of ${Math.round(rate)}/s were answered`)
  return notes
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))))
    })
  })
}
