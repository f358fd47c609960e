import { AppError } from '../domain/error'

export interface BodyLimits {
  /** Bytes of one body. */
  each: number
  /** Bytes of all bodies that are being read or worked on at once. */
  together: number
}

/** What the server knows how to do about a request that takes its time. */
export interface Patience {
  /** From now on. */
  timeout(request: Request, seconds: number): void
}

const RETRY_AFTER_MS = 1_000
/** Up to here a body is small. */
const SMALL_BYTES = 64 << 10
/** Large ones may hold so much of the memory: who only announces much must not keep the small ones out. */
const LARGE_SHARE = 0.75
/** The whole body must be here within this, and more for its size: Bun cuts a request off although bytes go on arriving. */
const LEAST_S = 30
const SLOWEST_BYTES_PER_S = 128 << 10
/** More than this Bun cannot count. */
const MOST_S = 255

interface Hold {
  bytes: number
  isLarge: boolean
}

/** Reads raw bodies, counted while they stream: neither one of them nor all together can fill the memory. */
export class BodyReader {
  #held = 0
  #heldLarge = 0

  constructor(private readonly limits: BodyLimits) {}

  get held(): number {
    return this.#held
  }

  /**
   * Reads a body and hands it to `work`; its bytes count until that is done.
   * @param server gives large bodies the time they need; one that is slower than 128 KiB/s is cut off.
   * @throws AppError `too_large` as soon as the limit is passed, or at once when the announced length is; `unavailable` when too
   * much is under way; `invalid` when the sender broke off.
   */
  async use<T>(request: Request, work: (body: Uint8Array) => Promise<T>, server?: Patience | null): Promise<T> {
    const header = request.headers.get('content-length')
    const announced = header === null ? null : Number(header)
    const hold: Hold = { bytes: 0, isLarge: announced === null || announced > SMALL_BYTES }
    try {
      // The length is enforced by the HTTP parser: one native read.
      if (announced !== null) this.#take(hold, announced)
      if (hold.isLarge) server?.timeout(request, secondsFor(announced ?? this.limits.each))
      const body = announced !== null ? await request.bytes().catch(brokeOff) : await this.#stream(request, hold)
      return await work(body)
    } finally {
      this.#held -= hold.bytes
      if (hold.isLarge) this.#heldLarge -= hold.bytes
    }
  }

  async #stream(request: Request, hold: Hold): Promise<Uint8Array> {
    if (!request.body) return new Uint8Array()
    const chunks: Uint8Array[] = []
    const reader = request.body.getReader()
    for (;;) {
      const { value, done } = await reader.read().catch(brokeOff)
      if (done) break
      this.#take(hold, value.byteLength)
      chunks.push(value)
    }
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
  }

  #take(hold: Hold, bytes: number): void {
    const { each, together } = this.limits
    if (hold.bytes + bytes > each) throw new AppError('too_large', `The body is larger than ${each} bytes: raise MAX_BODY_BYTES or send less`)
    const isTooMuch = this.#held + bytes > together || (hold.isLarge && this.#heldLarge + bytes > Math.max(each, together * LARGE_SHARE))
    if (isTooMuch) throw new AppError('unavailable', 'Too much is being received at once', { retryAfterMs: RETRY_AFTER_MS })
    hold.bytes += bytes
    this.#held += bytes
    if (hold.isLarge) this.#heldLarge += bytes
  }
}

function secondsFor(bytes: number): number {
  return Math.min(MOST_S, LEAST_S + Math.ceil(bytes / SLOWEST_BYTES_PER_S))
}

function brokeOff(cause: unknown): never {
  throw new AppError('invalid', 'The body ended before its time', { cause })
}

/** One body, on its own. @throws what BodyReader.use() does. */
export function readBody(request: Request, limit: number): Promise<Uint8Array> {
  return new BodyReader({ each: limit, together: Number.POSITIVE_INFINITY }).use(request, async (body) => body)
}
