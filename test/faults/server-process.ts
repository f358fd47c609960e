import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { ALLOCATOR } from '../../src/allocator'
import { SECRET } from '../support/server'

/** A server as a process of its own, so that it can be killed. */
export class ServerProcess {
  static readonly #running = new Set<ServerProcess>()
  readonly log: Record<string, unknown>[] = []
  #heard: (() => void)[] = []

  private constructor(
    private readonly child: Subprocess<'ignore', 'pipe', 'ignore'>,
    readonly url: string,
  ) {
    ServerProcess.#running.add(this)
    void child.exited.then(() => ServerProcess.#running.delete(this))
    void this.#read()
  }

  /** For after a test that may have failed before it ended its servers. */
  static async killAll(): Promise<void> {
    await Promise.all([...ServerProcess.#running].map((server) => server.end('SIGKILL')))
  }

  /** Resolves when it listens. */
  static async start(port: number, env: Record<string, string>): Promise<ServerProcess> {
    const child = Bun.spawn(['bun', join(import.meta.dir, '../../src/server.ts')], {
      env: {
        ...ALLOCATOR,
        PATH: process.env.PATH ?? '',
        HOST: '127.0.0.1',
        PORT: String(port),
        PUBLIC_URL: `http://localhost:${port}`,
        WEBHOOK_SECRET: SECRET,
        RATE_LIMIT_STATUS: '100000',
        ...env,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
    })
    const server = new ServerProcess(child, `http://127.0.0.1:${port}`)
    await server.says('Linekeeper listens')
    return server
  }

  /** Resolves when such a line was logged. @throws when the process ends first. */
  async says(message: string): Promise<void> {
    while (!this.log.some((line) => line.msg === message)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#heard.push(resolve)
      const ended = await Promise.race([promise, this.child.exited.then((code) => `the server ended with ${code} before it said "${message}"`)])
      if (ended) throw new Error(ended)
    }
  }

  /** The most memory that it ever had, in bytes. */
  async peakMemory(): Promise<number> {
    const status = await Bun.file(`/proc/${this.child.pid}/status`).text()
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }

  async journal(): Promise<number | undefined> {
    const answer = await fetch(`${this.url}/readyz`).catch(() => undefined)
    return ((await answer?.json()) as { journal: number } | undefined)?.journal
  }

  /** @returns its exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    this.child.kill(signal)
    return this.child.exited
  }

  async #read(): Promise<void> {
    let rest = ''
    const decoder = new TextDecoder()
    const reader = this.child.stdout.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const lines = (rest + decoder.decode(chunk.value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('{')) this.log.push(JSON.parse(line))
      for (const heard of this.#heard.splice(0)) heard()
    }
  }
}

export function newDataDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'linekeeper-data-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
