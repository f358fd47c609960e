import { type EmbeddedDatabase, startEmbedded } from '../../store/embedded'
import { childrenOf, killFamily, untilGone } from './processes'

/**
 * A Postgres to be killed: always on the same port, and started again after each kill until it is stopped for good. Its settings
 * are those of production unless a weakened twin says otherwise.
 */
export class Cluster {
  #running: EmbeddedDatabase | undefined
  #pid: number | undefined
  #downUntil = 0
  #raising: Promise<void> | undefined
  #isStopped = false

  constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  /** @throws AppError when it cannot be created at all. */
  async start(): Promise<string> {
    this.#running = await this.#launch()
    return this.#running.url
  }

  /** Kills every process of it in the same moment, and keeps it down for so long. */
  async kill(downMs: number): Promise<void> {
    const pid = this.#pid
    this.#downUntil = performance.now() + downMs
    if (pid !== undefined) {
      killFamily(pid)
      await untilGone(pid)
    }
    this.#raising ??= this.#raise()
  }

  /** Kills one of its processes: Postgres then ends all others and recovers by itself. */
  killBackend(chance: { pick<T>(items: readonly T[]): T }): void {
    const children = this.#pid === undefined ? [] : childrenOf(this.#pid)
    if (children.length > 0) process.kill(chance.pick(children), 'SIGKILL')
  }

  get isUp(): boolean {
    return this.#running !== undefined && this.#raising === undefined
  }

  /** Resolves when it answers again. */
  async raised(): Promise<void> {
    this.#downUntil = 0
    await this.#raising
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#downUntil = 0
    if (this.#pid !== undefined && this.#raising) killFamily(this.#pid)
    await this.#raising
    await this.#running?.stop()
    if (this.#pid !== undefined) {
      killFamily(this.#pid)
      await untilGone(this.#pid)
    }
  }

  async #raise(): Promise<void> {
    while (!this.#isStopped) {
      if (performance.now() < this.#downUntil) await Bun.sleep(5)
      else if (await this.#attempt()) break
    }
    this.#raising = undefined
  }

  /** False when it was killed again before it answered. */
  async #attempt(): Promise<boolean> {
    try {
      this.#running = await this.#launch()
      return true
    } catch {
      await Bun.sleep(5)
      return false
    }
  }

  #launch(): Promise<EmbeddedDatabase> {
    return startEmbedded(this.dataDir, () => {}, { port: this.port, settings: this.settings, launched: (pid) => (this.#pid = pid) })
  }
}
