/** Drives requests over keep-alive connections: as fast as they are answered (closed), or at a fixed rate (open). */
import type { Socket } from 'bun'
import { readAnswer } from './answers'
import type { Requests } from './requests'

export interface DrivePlan {
  port: number
  connections: number
  seconds: number
  /** Requests per second; null = closed loop. */
  rate: number | null
}

export interface Driven {
  seconds: number
  answered: number
  /** By status other than 200. */
  others: Record<string, number>
  latencies: Float64Array
  /** True when the requests ran out before the time did. */
  exhausted: boolean
}

interface Connection {
  nth: number
  /** When the request in flight should have been sent; 0 = free. */
  sentAt: number
  partial: Uint8Array | null
}

export async function drive(requests: Requests, plan: DrivePlan): Promise<Driven> {
  const run = new Run(requests, plan)
  await run.connect()
  return run.go()
}

class Run {
  readonly #sockets: Socket<Connection>[] = []
  readonly #free: number[] = []
  readonly #count: number
  readonly #latencies: Float64Array
  readonly #others: Record<string, number> = {}
  #next = 0
  #answered = 0
  #startedAt = 0
  #endAt = 0
  #done: ((driven: Driven) => void) | undefined
  #fail: ((cause: Error) => void) | undefined

  constructor(
    private readonly requests: Requests,
    private readonly plan: DrivePlan,
  ) {
    this.#count = requests.offsets.length - 1
    this.#latencies = new Float64Array(this.#count)
  }

  async connect(): Promise<void> {
    for (let nth = 0; nth < this.plan.connections; nth++) {
      const data: Connection = { nth, sentAt: 0, partial: null }
      const handlers = {
        data: (socket: Socket<Connection>, chunk: Buffer) => this.#read(socket, chunk),
        close: () => this.#closed(),
        error: () => this.#closed(),
      }
      this.#sockets.push(await Bun.connect<Connection>({ hostname: '127.0.0.1', port: this.plan.port, data, socket: handlers }))
    }
  }

  go(): Promise<Driven> {
    return new Promise((done, fail) => {
      this.#done = done
      this.#fail = fail
      this.#startedAt = performance.now()
      this.#endAt = this.#startedAt + this.plan.seconds * 1000
      if (this.plan.rate === null) for (const socket of this.#sockets) this.#send(socket, performance.now())
      else this.#keepRate(this.plan.rate)
    })
  }

  #keepRate(rate: number): void {
    for (let nth = 0; nth < this.#sockets.length; nth++) this.#free.push(nth)
    const tick = () => {
      const now = performance.now()
      if (now >= this.#endAt || this.#next >= this.#count) return this.#finish()
      const due = Math.min(this.#count, ((now - this.#startedAt) / 1000) * rate)
      // Measured from when it should have been sent: a server that stalls must not slow the arrivals down.
      while (this.#next < due && this.#free.length > 0)
        this.#send(this.#sockets[this.#free.pop() as number] as Socket<Connection>, this.#startedAt + (this.#next / rate) * 1000)
      setTimeout(tick, 1)
    }
    tick()
  }

  #send(socket: Socket<Connection>, at: number): void {
    const nth = this.#next++
    const { bytes, offsets } = this.requests
    socket.data.sentAt = at
    const request = bytes.subarray(offsets[nth], offsets[nth + 1])
    if (socket.write(request) < request.byteLength) this.#fail?.(new Error('A request did not fit the socket buffer'))
  }

  #read(socket: Socket<Connection>, chunk: Uint8Array): void {
    const { data } = socket
    const bytes = data.partial ? Buffer.concat([data.partial, chunk]) : chunk
    const answer = readAnswer(bytes)
    if (!answer) {
      data.partial = Buffer.from(bytes)
      return
    }
    data.partial = null
    const now = performance.now()
    this.#latencies[this.#answered++] = now - data.sentAt
    if (answer.status !== 200) this.#others[answer.status] = (this.#others[answer.status] ?? 0) + 1
    if (this.plan.rate !== null) this.#free.push(data.nth)
    else if (now < this.#endAt && this.#next < this.#count) this.#send(socket, now)
    else this.#finish()
  }

  #closed(): void {
    this.#fail?.(new Error('The server closed a connection'))
  }

  #finish(): void {
    const done = this.#done
    this.#done = this.#fail = undefined
    if (!done) return
    const seconds = (performance.now() - this.#startedAt) / 1000
    for (const socket of this.#sockets) socket.terminate()
    done({ seconds, answered: this.#answered, others: this.#others, latencies: this.#latencies.slice(0, this.#answered), exhausted: this.#next >= this.#count })
  }
}
