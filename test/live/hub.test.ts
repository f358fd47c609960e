import { describe, expect, test } from 'bun:test'
import { Hub, LIFETIME_MS, SLOW_BYTES } from '../../src/live/hub'
import { encodeMessage } from '../../src/live/sse'

const decoder = new TextDecoder()

/** Reads a stream until `count` messages with an id have come; comments are left out. */
async function take(stream: ReadableStream<Uint8Array>, count: number): Promise<{ id: string; event: string | undefined; data: string }[]> {
  const reader = stream.getReader()
  let text = ''
  for (;;) {
    const messages = text
      .split('\n\n')
      .slice(0, -1)
      .map(parse)
      .filter((message) => message !== null)
    if (messages.length >= count) {
      reader.releaseLock()
      return messages
    }
    const { value, done } = await reader.read()
    if (done) throw new Error(`the stream ended after ${messages.length} messages`)
    text += decoder.decode(value, { stream: true })
  }
}

function parse(block: string): { id: string; event: string | undefined; data: string } | null {
  const fields = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
  const id = fields.find(([name]) => name === 'id')?.[1]
  if (id === undefined) return null
  return {
    id,
    event: fields.find(([name]) => name === 'event')?.[1],
    data: fields
      .filter(([name]) => name === 'data')
      .map(([, value]) => value)
      .join('\n'),
  }
}

test('every line of a message gets its own data:, whatever ends it', () => {
  const text = decoder.decode(encodeMessage({ event: 'x', data: 'a\nb\r\nc\rd' }, 'b.1'))
  expect(text).toBe('id: b.1\nevent: x\ndata: a\ndata: b\ndata: c\ndata: d\n\n')
})

describe('a stream', () => {
  test('gets what is sent to its topic, and nothing else, in order', async () => {
    const hub = new Hub()
    const stream = hub.open('a', null)
    hub.send('b', [{ data: 'other' }])
    hub.send('a', [{ data: 'one' }, { event: 'two', data: '2' }])
    expect(await take(stream, 2)).toMatchObject([{ data: 'one' }, { event: 'two', data: '2' }])
    hub.close()
  })

  test('resumes at every message it may have seen last', async () => {
    const hub = new Hub()
    const witness = hub.open('a', null)
    for (let i = 0; i < 20; i++) hub.send('a', [{ data: String(i) }])
    const all = await take(witness, 20)
    for (let seen = 0; seen < 19; seen++) {
      const rest = await take(hub.open('a', all[seen]?.id as string), 19 - seen)
      expect(rest.map((message) => message.data)).toEqual(all.slice(seen + 1).map((message) => message.data))
    }
    hub.close()
  })

  test('is told to resync when what it missed is not known any more', async () => {
    const hub = new Hub()
    const witness = hub.open('a', null)
    hub.send('a', [{ data: 'first' }])
    const [first] = await take(witness, 1)
    for (let i = 0; i < 300; i++) hub.send('a', [{ data: String(i) }])
    expect(await take(hub.open('a', first?.id as string), 1)).toMatchObject([{ event: 'resync' }])
    expect(await take(hub.open('a', 'another-process.7'), 1)).toMatchObject([{ event: 'resync' }])
    expect(await take(hub.open('a', 'nonsense'), 1)).toMatchObject([{ event: 'resync' }])
    hub.close()
  })

  test('is told to resync when something changed while nobody listened', async () => {
    const hub = new Hub()
    const witness = hub.open('a', null)
    hub.send('a', [{ data: 'seen' }])
    const [seen] = await take(witness, 1)
    await witness.cancel()
    hub.skip('a')
    expect(await take(hub.open('a', seen?.id as string), 1)).toMatchObject([{ event: 'resync' }])
    hub.close()
  })

  test('is told to resync at once when something changed between the page and its stream', async () => {
    let now = 1_000_000
    const hub = new Hub({ now: () => now })
    hub.skip('a')
    expect(await take(hub.open('a', null), 1)).toMatchObject([{ event: 'resync' }])
    now += 60_000
    const later = hub.open('a', null)
    hub.send('a', [{ data: 'fresh' }])
    expect(await take(later, 1)).toMatchObject([{ data: 'fresh' }])
    hub.close()
  })

  test('that does not take its messages is dropped, and the others do not notice', async () => {
    let open = 0
    const hub = new Hub({ opened: () => open++, closed: () => open-- })
    const stuck = hub.open('a', null)
    const witness = hub.open('a', null)
    const chunk = 'x'.repeat(SLOW_BYTES / 4)
    for (let i = 0; i < 6; i++) {
      hub.send('a', [{ data: chunk }])
      await take(witness, 1)
    }
    expect(open).toBe(1)
    expect(stuck.getReader().read()).rejects.toThrow('too slow')
    hub.close()
  })

  test('that is quiet gets a heartbeat', async () => {
    const hub = new Hub()
    const reader = hub.open('a', null).getReader()
    await reader.read()
    hub.beat()
    expect(decoder.decode((await reader.read()).value)).toBe(': hb\n\n')
    hub.close()
  })
})

test('a stream ends after a while, so that who listens is asked for anew; nothing is missed by it', async () => {
  let now = 1_000_000
  const hub = new Hub({ now: () => now })
  const old = hub.open('a', null)
  hub.send('a', [{ data: 'one' }])
  const [one] = await take(old, 1)
  now += LIFETIME_MS + 1
  const young = hub.open('a', null)
  hub.beat()
  expect((await old.getReader().read()).done).toBe(true)
  hub.send('a', [{ data: 'two' }])
  expect(await take(hub.open('a', one?.id as string), 1)).toMatchObject([{ data: 'two' }])
  expect(await take(young, 1)).toMatchObject([{ data: 'two' }])
  hub.close()
})

test('a hub that is closed opens no stream: whoever comes then is told to connect again', async () => {
  const hub = new Hub()
  const reader = hub.open('a', null).getReader()
  hub.close()
  while (!(await reader.read()).done);
  expect(() => hub.open('a', null)).toThrow('connect again')
  expect(hub.streams).toBe(0)
})

test('1,000 rounds of connecting and leaving leave nothing behind', async () => {
  let open = 0
  const hub = new Hub({ opened: () => open++, closed: () => open-- })
  for (let round = 0; round < 1_000; round++) {
    const stream = hub.open(`session:${round % 50}`, null)
    hub.send(`session:${round % 50}`, [{ data: 'x' }])
    await stream.cancel()
  }
  expect(open).toBe(0)
  expect(hub.streams).toBe(0)
  expect(hub.listened).toEqual([])
  hub.close()
})

test('a change reaches 1,000 streams within a blink, its bytes shared by all', async () => {
  const hub = new Hub()
  const readers = Array.from({ length: 1_000 }, () => hub.open('sessions', null).getReader())
  await Promise.all(readers.map((reader) => reader.read()))
  const start = performance.now()
  hub.send('sessions', [{ data: '<li>'.repeat(325) }])
  const chunks = await Promise.all(readers.map(async (reader) => (await reader.read()).value))
  console.log(`  1,000 streams, last one after ${(performance.now() - start).toFixed(1)} ms`)
  expect(new Set(chunks).size).toBe(1)
  hub.close()
})
