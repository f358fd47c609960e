import { type Change, mergeChanges } from './bus'
import type { Hub } from './hub'
import type { Message } from './sse'

/** What one topic shows: made when somebody begins to listen, dropped when nobody does. */
export interface Feed {
  /** The topic's messages about a change; none when it shows nothing of it. */
  render(change: Change): Promise<Message[]>
}

/** At most four a second per topic; the first change after a pause goes out at once. */
const GAP_MS = 250

interface Pace {
  feed: Feed
  waiting: Change | null
  lastAt: number
  timer: ReturnType<typeof setTimeout> | undefined
  isRendering: boolean
}

/** Between bus and hub: turns changes into messages, once per topic, and only where somebody listens. */
export class Pacer {
  readonly #paces = new Map<string, Pace>()
  #closed = false

  constructor(
    private readonly hub: Hub,
    /** The feed of a topic's name; undefined when there is no such topic. */
    private readonly feedOf: (topic: string) => Feed | undefined,
    private readonly failed: (cause: unknown) => void,
  ) {}

  /** A stream of the topic; undefined when there is no such topic. @throws AppError `unavailable` once the hub is closed. */
  open(topic: string, lastEventId: string | null): ReadableStream<Uint8Array> | undefined {
    if (!this.#paces.has(topic)) {
      const feed = this.feedOf(topic)
      if (!feed) return undefined
      this.#paces.set(topic, { feed, waiting: null, lastAt: 0, timer: undefined, isRendering: false })
    }
    return this.hub.open(topic, lastEventId)
  }

  /** @param topics those that this change may show in. Null: all. */
  note(change: Change, topics: readonly string[] | null): void {
    if (topics === null) this.hub.skip(null)
    for (const topic of topics ?? this.#paces.keys()) {
      const pace = this.#paces.get(topic)
      if (pace && this.hub.isListened(topic)) {
        pace.waiting = mergeChanges(pace.waiting, change)
        this.#schedule(topic, pace)
      } else {
        this.#forget(topic)
        this.hub.skip(topic)
      }
    }
  }

  close(): void {
    this.#closed = true
    for (const topic of [...this.#paces.keys()]) this.#forget(topic)
  }

  #schedule(topic: string, pace: Pace): void {
    if (pace.timer !== undefined || pace.isRendering || this.#closed) return
    const wait = pace.lastAt + GAP_MS - performance.now()
    pace.timer = setTimeout(() => void this.#render(topic, pace), Math.max(0, wait))
  }

  async #render(topic: string, pace: Pace): Promise<void> {
    pace.timer = undefined
    const change = pace.waiting
    if (!change) return
    pace.waiting = null
    pace.isRendering = true
    pace.lastAt = performance.now()
    try {
      const messages = await pace.feed.render(change)
      if (messages.length > 0) this.hub.send(topic, messages)
    } catch (cause) {
      // The page falls behind rather than showing something wrong: whoever listens fetches anew.
      this.hub.send(topic, [{ event: 'resync', data: '1' }])
      this.failed(cause)
    }
    pace.isRendering = false
    if (pace.waiting) this.#schedule(topic, pace)
  }

  #forget(topic: string): void {
    clearTimeout(this.#paces.get(topic)?.timer)
    this.#paces.delete(topic)
  }
}
