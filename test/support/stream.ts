/** Reads a live stream as a browser would. */
export interface OpenStream {
  status: number
  headers: Headers
  /** Reads on until one of the texts has come; resolves with everything since the last call. */
  waitFor(...texts: string[]): Promise<string>
  close(): Promise<void>
}

export async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const ended = new AbortController()
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, redirect: 'manual', signal: ended.signal })
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let heard = ''
  return {
    status: response.status,
    headers: response.headers,
    async waitFor(...texts) {
      while (!texts.some((text) => heard.includes(text))) {
        const next = await reader?.read()
        if (!next || next.done) throw new Error(`The stream ended before it said ${texts.join(' or ')}`)
        heard += decoder.decode(next.value, { stream: true })
      }
      const all = heard
      heard = ''
      return all
    },
    async close() {
      ended.abort()
      await reader?.cancel().catch(() => {})
    },
  }
}
