/**
 * Holds many live streams open in a process of its own and notes when a word comes along. Reads `{url, cookie, count}`, says
 * `open` when all are; then reads words, and answers each with the instants (milliseconds since the epoch) at which the
 * streams had it.
 */
import type { Socket } from 'bun'

const WITHIN_MS = 10_000

class Streams {
  readonly #sockets: Socket[] = []
  #word = ''
  #heard = new Map<Socket, number>()
  #complete: () => void = () => {}
  #opened = 0
  #allOpen: () => void = () => {}

  constructor(
    private readonly url: URL,
    private readonly cookie: string,
  ) {}

  async open(count: number): Promise<void> {
    const all = new Promise<void>((done) => (this.#allOpen = done))
    for (let nth = 0; nth < count; nth++) {
      this.#sockets.push(
        await Bun.connect({
          hostname: this.url.hostname,
          port: Number(this.url.port),
          socket: { data: (socket, chunk) => this.#read(socket, chunk, count), error: fail, close: fail },
        }),
      )
    }
    for (const socket of this.#sockets)
      socket.write(
        `GET ${this.url.pathname}${this.url.search} HTTP/1.1\r\nHost: ${this.url.host}\r\nCookie: ${this.cookie}\r\nAccept: text/event-stream\r\n\r\n`,
      )
    await all
  }

  /** The word may be on its way already: it was told before it was posted. */
  async hear(word: string): Promise<number[]> {
    this.#heard = new Map()
    this.#word = word
    console.log('listening')
    await Promise.race([new Promise<void>((done) => (this.#complete = done)), Bun.sleep(WITHIN_MS)])
    this.#word = ''
    return [...this.#heard.values()]
  }

  #read(socket: Socket, chunk: Buffer, count: number): void {
    if (this.#opened < count && chunk.includes('HTTP/1.1 ')) {
      if (!chunk.includes('HTTP/1.1 200')) fail()
      if (++this.#opened === count) this.#allOpen()
    }
    if (this.#word === '' || this.#heard.has(socket) || !chunk.includes(this.#word)) return
    this.#heard.set(socket, performance.timeOrigin + performance.now())
    if (this.#heard.size === this.#sockets.length) this.#complete()
  }
}

function fail(): never {
  console.error('A live stream was refused or closed')
  process.exit(1)
}

if (import.meta.main) {
  const lines = console[Symbol.asyncIterator]()
  const { url, cookie, count } = JSON.parse((await lines.next()).value as string) as { url: string; cookie: string; count: number }
  const streams = new Streams(new URL(url), cookie)
  await streams.open(count)
  console.log('open')
  for (;;) {
    const { value: word, done } = await lines.next()
    if (done || !word) break
    console.log(JSON.stringify(await streams.hear(word)))
  }
  process.exit(0)
}
