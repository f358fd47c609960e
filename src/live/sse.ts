/** One message of a stream. Without `event` htmx swaps its data; with it, it becomes a DOM event. */
export interface Message {
  event?: string
  data: string
}

const utf8 = new TextEncoder()

/**
 * A message as Server-Sent Events want it: every line of the data gets its own `data:`, or all but the first would be
 * lost.
 */
export function encodeMessage(message: Message, id: string): Uint8Array {
  const event = message.event ? `event: ${message.event}\n` : ''
  const data = message.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return utf8.encode(`id: ${id}\n${event}${data.join('')}\n`)
}

/** Finds dead peers, pleases proxies, and means nothing to the reader. */
export const HEARTBEAT = utf8.encode(': hb\n\n')

/** What a stream begins with: bytes, so that the browser knows at once that it is connected. */
export const OPENING = utf8.encode(': ok\nretry: 1000\n\n')

export const STREAM_HEADERS: Record<string, string> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would collect a stream until its buffer is full.
  'x-accel-buffering': 'no',
}
