import { openSync } from 'node:fs'
import { join } from 'node:path'
import { ALLOCATOR } from '../../allocator'

const ROOT = join(import.meta.dir, '../../..')
const STOP_WITHIN_MS = 15_000
const AGAIN_AFTER_MS = 150

export interface ServerProcessOptions {
  /** The file to run: src/server.ts, or a weakened twin of it. */
  entry: string
  env: Record<string, string>
  logFile: string
}

/** A real server process to be killed, and started again at once as a supervisor would. */
export class ServerProcess {
  /** How processes ended that had answered and that nobody had killed: crashes. */
  readonly crashes: string[] = []
  /** Starts that ended by themselves before anything was answered: Postgres was away. */
  failedStarts = 0
  #child: Bun.Subprocess | undefined
  #startedAt = 0
  #hasAnswered = false
  #isStopping = false
  readonly #log: number

  constructor(private readonly options: ServerProcessOptions) {
    this.#log = openSync(options.logFile, 'a')
  }

  start(): void {
    if (this.#isStopping) return
    this.#hasAnswered = false
    this.#startedAt = performance.now()
    const { entry, env } = this.options
    const child = Bun.spawn([process.execPath, entry], { cwd: ROOT, env: { ...ALLOCATOR, ...env }, stdin: 'ignore', stdout: this.#log, stderr: this.#log })
    this.#child = child
    void child.exited.then((code) => this.#ended(child, code))
  }

  /** Told by the oracle whenever it was answered, with when it had asked: the answer may be that of the process before. */
  noteAnswer(askedAt: number): void {
    if (askedAt > this.#startedAt) this.#hasAnswered = true
  }

  /** Kills it and starts it again. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child) {
      child.kill('SIGKILL')
      await child.exited
    }
    this.start()
  }

  /** The end of its log. */
  async lastWords(): Promise<string> {
    return (await Bun.file(this.options.logFile).text()).trim().split('\n').slice(-3).join(' ')
  }

  /** Resident memory in bytes; null where /proc is not to be had. */
  async memory(): Promise<number | null> {
    const status = await Bun.file(`/proc/${this.#child?.pid}/status`)
      .text()
      .catch(() => '')
    const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  }

  /** SIGTERM, as a deploy does. @returns the exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#isStopping = true
    const child = this.#child
    this.#child = undefined
    if (!child) return null
    child.kill('SIGTERM')
    const code = await Promise.race([child.exited, Bun.sleep(STOP_WITHIN_MS).then(() => null)])
    if (code === null) child.kill('SIGKILL')
    await child.exited
    return code
  }

  #ended(child: Bun.Subprocess, code: number): void {
    if (child !== this.#child) return
    this.#child = undefined
    if (this.#hasAnswered) this.crashes.push(child.signalCode ? `by ${child.signalCode}` : `with exit code ${code}`)
    else this.failedStarts++
    setTimeout(() => {
      if (!this.#child) this.start()
    }, AGAIN_AFTER_MS)
  }
}
