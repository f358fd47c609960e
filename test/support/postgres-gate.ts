/** A gate before a Postgres: while it is shut, connections break and new ones are refused, as when the database is down; or it is far away. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net'

export class PostgresGate {
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0
  /** What Postgres says takes so long to arrive. */
  latencyMs = 0

  private constructor(
    private readonly host: string,
    private readonly behind: number,
  ) {}

  static async before(url: string): Promise<PostgresGate> {
    const { hostname, port } = new URL(url)
    const gate = new PostgresGate(hostname, Number(port || 5432))
    await gate.open()
    return gate
  }

  /** The same database, through the gate. */
  through(url: string): string {
    const gated = new URL(url)
    gated.hostname = '127.0.0.1'
    gated.port = String(this.#port)
    return gated.toString()
  }

  async open(): Promise<void> {
    if (this.#server) return
    this.#server = createServer((socket) => {
      const other = dial(this.behind, this.host)
      for (const [from, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        this.#sockets.add(from)
        from.on('close', () => to.destroy()).on('error', () => to.destroy())
      }
      socket.pipe(other)
      this.#pass(other, socket)
    })
    const server = this.#server
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done))
    this.#port = (server.address() as { port: number }).port
  }

  /** In order, also when the latency changes meanwhile. */
  #pass(from: Socket, to: Socket): void {
    let passed = Promise.resolve()
    from.on('data', (chunk) => {
      const dueAt = performance.now() + this.latencyMs
      passed = passed.then(async () => {
        const wait = dueAt - performance.now()
        if (wait > 0) await Bun.sleep(wait)
        if (!to.destroyed) to.write(chunk)
      })
    })
    from.on('end', () => void passed.then(() => to.end()))
  }

  async shut(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = new Promise<void>((done) => server.close(() => done()))
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
    await closed
  }
}
