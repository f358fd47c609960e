import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedDatabase, startEmbedded } from '../../src/store/embedded'
import { freePort } from '../../src/store/free-port'
import { killFamily, untilGone } from '../../src/tasks/prove/processes'
import { SMALL } from '../support/database'

/** A Postgres of its own for a test that takes it away; always found again at the same address. */
export class TestPostgres {
  #running: EmbeddedDatabase | undefined
  #pid = 0

  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<TestPostgres> {
    const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-postgres-'))
    // Root's Postgres runs as another user, who must be able to walk through.
    chmodSync(dataDir, 0o755)
    const postgres = new TestPostgres(dataDir, await freePort(), settings)
    await postgres.start()
    return postgres
  }

  get url(): string {
    return this.#running?.url as string
  }

  get logFile(): string {
    return join(this.dataDir, 'postgres.log')
  }

  get pid(): number {
    return this.#pid
  }

  async start(): Promise<void> {
    this.#running = await startEmbedded(this.dataDir, () => {}, {
      port: this.port,
      settings: { ...SMALL, ...this.settings },
      launched: (pid) => (this.#pid = pid),
    })
  }

  /** In order, as an operator would. */
  async stop(): Promise<void> {
    await this.#running?.stop()
    await untilGone(this.#pid)
  }

  async kill(): Promise<void> {
    killFamily(this.#pid)
    await untilGone(this.#pid)
  }

  async dispose(): Promise<void> {
    await this.kill()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
