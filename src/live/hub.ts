import { AppError } from '../domain/error'
import { encodeMessage, HEARTBEAT, type Message, OPENING } from './sse'

export interface HubOptions {
  opened?(): void
  closed?(): void
  now?(): number
}

export const HEARTBEAT_MS = 8_000
/** A client this many bytes behind is let go; it comes back with Last-Event-ID, or resyncs. */
export const SLOW_BYTES = 256 * 1024
/** Messages kept per topic for those who come back. */
const KEPT = 200
const KEPT_BYTES = 2 << 20
/** A change this shortly before a first connect may have come between the page and its stream. */
const UNSEEN_MS = 15_000
/** A stream ends after this and comes back at once: whoever was logged out meanwhile does not get in again. */
export const LIFETIME_MS = 10 * 60_000
/** Topics that nobody listens to are forgotten after this. */
const IDLE_MS = 120_000
/** By then another process listens, or will soon. */
const COME_BACK_MS = 1_000

interface Kept {
  serial: number
  bytes: Uint8Array
}

interface Topic {
  /** With when each was opened. */
  streams: Map<ReadableStreamDefaultController<Uint8Array>, number>
  kept: Kept[]
  keptBytes: number
  /** Whoever has not seen this serial may have missed something that is not kept. */
  lostUntil: number
  /** When its last stream went. */
  idleAt: number
}

/**
 * The streams of one process, by topic. A message is encoded once and its bytes are shared by all streams of its topic.
 * Ids are `<boot>.<serial>`, so that an id of an earlier process is recognised as one.
 */
export class Hub {
  readonly #topics = new Map<string, Topic>()
  /** When topics last changed, listened to or not; only the last moments. */
  readonly #changedAt = new Map<string, number>()
  readonly #boot = Math.random().toString(36).slice(2, 8)
  readonly #heartbeat: ReturnType<typeof setInterval>
  readonly #now: () => number
  #allChangedAt = 0
  #serial = 0
  #streams = 0
  #isClosed = false

  constructor(private readonly options: HubOptions = {}) {
    this.#now = options.now ?? Date.now
    this.#heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  get streams(): number {
    return this.#streams
  }

  /** Topics that somebody listens to. */
  get listened(): string[] {
    return [...this.#topics].filter(([, topic]) => topic.streams.size > 0).map(([name]) => name)
  }

  isListened(name: string): boolean {
    return (this.#topics.get(name)?.streams.size ?? 0) > 0
  }

  /**
   * A new stream of a topic. With the id of the last message that was seen it begins with what was missed, or with
   * `resync` when that is not known any more.
   * @throws AppError `unavailable` once it is closed: a new stream would hold a process that is about to end.
   */
  open(name: string, lastEventId: string | null): ReadableStream<Uint8Array> {
    if (this.#isClosed) throw new AppError('unavailable', 'This server is stopping: connect again', { retryAfterMs: COME_BACK_MS })
    const topic = this.#topicOf(name)
    let own: ReadableStreamDefaultController<Uint8Array>
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          own = controller
          controller.enqueue(OPENING)
          for (const bytes of this.#missed(name, topic, lastEventId)) controller.enqueue(bytes)
          topic.streams.set(controller, this.#now())
          this.#streams++
          this.options.opened?.()
        },
        cancel: () => this.#drop(topic, own),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: SLOW_BYTES }),
    )
  }

  /** Sends messages to everybody who listens to the topic, and keeps them for those who are just reconnecting. */
  send(name: string, messages: readonly Message[]): void {
    const topic = this.#topicOf(name)
    this.#changedAt.set(name, this.#now())
    for (const message of messages) {
      const serial = ++this.#serial
      const bytes = encodeMessage(message, `${this.#boot}.${serial}`)
      this.#keep(topic, { serial, bytes })
      for (const stream of topic.streams.keys()) this.#write(topic, stream, bytes)
    }
  }

  /** Something changed that was not rendered because nobody listens: whoever comes back must resync. Null: anything. */
  skip(name: string | null): void {
    if (name === null) {
      this.#allChangedAt = this.#now()
      for (const [each, topic] of this.#topics) if (topic.streams.size === 0) this.skip(each)
      return
    }
    this.#changedAt.set(name, this.#now())
    const topic = this.#topics.get(name)
    if (!topic) return
    topic.kept = []
    topic.keptBytes = 0
    topic.lostUntil = ++this.#serial
  }

  /** A sign of life to every stream, an end to old ones; topics left alone for long are forgotten. */
  beat(): void {
    for (const [name, topic] of this.#topics) {
      for (const [stream, openedAt] of topic.streams) {
        if (this.#now() - openedAt > LIFETIME_MS) this.#end(topic, stream)
        else this.#write(topic, stream, HEARTBEAT)
      }
      if (topic.streams.size === 0 && this.#now() - topic.idleAt > IDLE_MS) this.#topics.delete(name)
    }
    for (const [name, at] of this.#changedAt) if (this.#now() - at > UNSEEN_MS) this.#changedAt.delete(name)
  }

  /** Ends every stream and opens no more; clients come back to the next process. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#heartbeat)
    for (const topic of this.#topics.values()) {
      for (const stream of topic.streams.keys()) this.#end(topic, stream)
    }
  }

  #topicOf(name: string): Topic {
    let topic = this.#topics.get(name)
    if (!topic) {
      // Created by its first listener: whatever came before was not kept.
      topic = { streams: new Map(), kept: [], keptBytes: 0, lostUntil: ++this.#serial, idleAt: this.#now() }
      this.#topics.set(name, topic)
    }
    return topic
  }

  #missed(name: string, topic: Topic, lastEventId: string | null): Uint8Array[] {
    const resync = () => [encodeMessage({ event: 'resync', data: '1' }, `${this.#boot}.${++this.#serial}`)]
    if (lastEventId === null || lastEventId === '')
      return this.#now() - Math.max(this.#allChangedAt, this.#changedAt.get(name) ?? 0) < UNSEEN_MS ? resync() : []
    const [boot, serial] = lastEventId.split('.')
    const seen = Number(serial)
    if (boot !== this.#boot || !Number.isInteger(seen) || seen < topic.lostUntil) return resync()
    return topic.kept.filter((kept) => kept.serial > seen).map((kept) => kept.bytes)
  }

  #keep(topic: Topic, kept: Kept): void {
    topic.kept.push(kept)
    topic.keptBytes += kept.bytes.byteLength
    while (topic.kept.length > KEPT || topic.keptBytes > KEPT_BYTES) {
      const oldest = topic.kept.shift() as Kept
      topic.keptBytes -= oldest.bytes.byteLength
      topic.lostUntil = oldest.serial
    }
  }

  #write(topic: Topic, stream: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array): void {
    if ((stream.desiredSize ?? 0) > 0) {
      stream.enqueue(bytes)
      return
    }
    this.#drop(topic, stream)
    // Not close(): that would first wait for what the client does not take.
    stream.error(new Error('the client is too slow'))
  }

  #end(topic: Topic, stream: ReadableStreamDefaultController<Uint8Array>): void {
    this.#drop(topic, stream)
    stream.close()
  }

  #drop(topic: Topic, stream: ReadableStreamDefaultController<Uint8Array>): void {
    if (!topic.streams.delete(stream)) return
    topic.idleAt = this.#now()
    this.#streams--
    this.options.closed?.()
  }
}
