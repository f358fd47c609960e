import { AppError } from '../domain/error'

export interface BodyLimits {
  /** Bytes of one body. */
  each: number
  /** Bytes of all bodies that are being read or worked on at once. */
  together: number
}

const RETRY_AFTER_MS = 1_000

/** Reads raw bodies, counted while they stream: neither one of them nor all together can fill the memory. */
export class BodyReader {
  #held = 0

  constructor(private readonly limits: BodyLimits) {}

  get held(): number {
    return this.#held
  }

  /**
   * Reads a body and hands it to `work`; its bytes count until that is done.
   * @throws AppError `too_large` as soon as the limit is passed, or at once when the announced length is; `unavailable` when too
   * much is under way; `invalid` when the sender broke off.
   */
  async use<T>(request: Request, work: (body: Uint8Array) => Promise<T>): Promise<T> {
    const announced = request.headers.get('content-length')
    const held = { bytes: 0 }
    try {
      // The length is enforced by the HTTP parser: one native read.
      if (announced !== null) this.#take(held, Number(announced))
      const body = announced !== null ? await request.bytes().catch(brokeOff) : await this.#stream(request, held)
      return await work(body)
    } finally {
      this.#held -= held.bytes
    }
  }

  async #stream(request: Request, held: { bytes: number }): Promise<Uint8Array> {
    if (!request.body) return new Uint8Array()
    const chunks: Uint8Array[] = []
    const reader = request.body.getReader()
    for (;;) {
      const { value, done } = await reader.read().catch(brokeOff)
      if (done) break
      this.#take(held, value.byteLength)
      chunks.push(value)
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
  }

  #take(held: { bytes: number }, bytes: number): void {
    const { each, together } = this.limits
    if (held.bytes + bytes > each) throw new AppError('too_large', `The body is larger than ${each} bytes: raise MAX_BODY_BYTES or send less`)
    if (this.#held + bytes > together) throw new AppError('unavailable', 'Too much is being received at once', { retryAfterMs: RETRY_AFTER_MS })
    held.bytes += bytes
    this.#held += bytes
  }
}

function brokeOff(cause: unknown): never {
  throw new AppError('invalid', 'The body ended before its time', { cause })
}

/** One body, on its own. @throws what BodyReader.use() does. */
export function readBody(request: Request, limit: number): Promise<Uint8Array> {
  return new BodyReader({ each: limit, together: Number.POSITIVE_INFINITY }).use(request, async (body) => body)
}
