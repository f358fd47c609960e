export interface Watchers {
  /** How many have a stream right now. */
  readonly open: number
  /** How often each status was answered; 0 for no answer. */
  statuses: Map<number, number>
  /** Those that were told since the last call. */
  told(): number
  stop(): Promise<void>
}

/** Open pages: each holds a live stream and, as htmx does, comes back half a second after it ended, with the last id it saw. */
export function startWatchers(url: string, cookie: string, count: number): Watchers {
  const ended = new AbortController()
  const open = new Set<number>()
  const told = new Set<number>()
  const statuses = new Map<number, number>()
  const watch = async (watcher: number) => {
    for (let lastId = ''; !ended.signal.aborted; await Bun.sleep(500)) {
      const answer = await fetch(url, { headers: { cookie, 'last-event-id': lastId }, signal: ended.signal }).catch(() => undefined)
      statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1)
      if (answer?.status !== 200) await answer?.arrayBuffer()
      else {
        open.add(watcher)
        for await (const text of textsOf(answer)) {
          lastId = [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? lastId
          if (text.includes('\ndata: ')) told.add(watcher)
        }
        open.delete(watcher)
      }
    }
  }
  const running = Array.from({ length: count }, (_, watcher) => watch(watcher))
  return {
    statuses,
    get open() {
      return open.size
    },
    told() {
      const { size } = told
      told.clear()
      return size
    },
    async stop() {
      ended.abort()
      await Promise.all(running)
    },
  }
}

/** What a stream says until it ends or breaks. */
async function* textsOf(answer: Response): AsyncGenerator<string> {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const next = await reader.read().catch(() => undefined)
    if (!next || next.done) return
    yield decoder.decode(next.value, { stream: true })
  }
}
