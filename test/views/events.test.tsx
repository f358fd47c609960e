import { describe, expect, test } from 'bun:test'
import { Html } from '@elysiajs/html'
import { Body, hexLines } from '../../views/events/body'
import { BodyTree } from '../../views/events/body-tree'
import { curlOf } from '../../views/events/curl'
import { readForm } from '../../views/events/form'
import { MAX_DEPTH, readJson } from '../../views/events/json'
import { summaryOf } from '../../views/events/summary'
import { toHtml } from '../../views/render'
import { fakeDetail, fakeEvent } from './support/fake-ledger'

const tree = (text: string): string => {
  const node = readJson(text)
  return node ? toHtml(<BodyTree node={node} />) : 'not JSON'
}
const body = (bytes: Uint8Array | string): string =>
  toHtml(<Body body={typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes} size={bytes.length} />)

describe('the tree of a body', () => {
  test('shows a number as it was sent, however big or odd', () => {
    for (const number of ['12036304123456789012', '-0', '1.10', '1e999999', '0.1000000000000000055511151231257827'])
      expect(tree(`{"n":${number}}`)).toContain(`>${number}</span>`)
  })

  test('keeps both of two keys with one name, and a key named __proto__', () => {
    expect(readJson('{"a":1,"a":2,"__proto__":3}')).toEqual({
      kind: 'object',
      entries: [
        ['a', { kind: 'number', text: '1' }],
        ['a', { kind: 'number', text: '2' }],
        ['__proto__', { kind: 'number', text: '3' }],
      ],
    })
  })

  test('reads escapes, and shows control characters and lone surrogates without failing', () => {
    expect(readJson('"\\u00e9\\n"')).toEqual({ kind: 'string', text: 'é\n' })
    expect(tree('["\\u0000","\\ud800"]')).toContain('class="string"')
  })

  test('does not go deeper than anyone reads', () => {
    const deep = `${'['.repeat(100_000)}"]"${']'.repeat(100_000)}`
    expect(readJson(deep)).not.toBeNull()
    expect(tree(deep).match(/<details/g)).toHaveLength(MAX_DEPTH)
  })

  test('cuts long lists and long texts, and says so', () => {
    expect(tree(JSON.stringify(Array.from({ length: 1000 }, (_, index) => index)))).toContain('… 800 more in the raw body')
    expect(tree(JSON.stringify('x'.repeat(5000)))).toContain('5,000 characters, cut here')
  })

  test.each(['', '{', '{"a"}', '[1,]', '01', '"\n"', 'nul', '{"a":1} x', '"\\x"', '[1 2]', '{,}'])('refuses %p, which is not JSON', (text) => {
    expect(readJson(text)).toBeNull()
  })

  test('agrees with JSON.parse on what is JSON', () => {
    for (const text of ['{}', '[]', ' [ 1 , {"a" : [ ] } ] ', 'true', 'null', '-1.5e-3', '"\\"\\\\\\/"']) {
      expect(() => JSON.parse(text)).not.toThrow()
      expect(readJson(text)).not.toBeNull()
    }
  })
})

describe('a body', () => {
  test('that is not text is shown in hexadecimal', () => {
    expect(hexLines(Uint8Array.of(0, 65, 255))).toBe(`000000  00 41 ff${' '.repeat(39)}  .A.`)
    expect(body(Uint8Array.of(255, 254))).toContain('000000  ff fe')
  })

  test('over 200 kB is cut with a notice, even in the middle of a character', () => {
    const html = body(`x${'é'.repeat(150_000)}`)
    expect(html).toContain('Too large to show whole: the first 200.0 kB of 300.0 kB.')
    expect(html.length).toBeLessThan(250_000)
  })

  test('that is a form shows its fields, the JSON inside them as JSON, and stays as it was sent below', () => {
    const sent = 'instanceName=loja+1&jsonData=%7B%22n%22%3A12036304123456789012%2C%22t%22%3A%22Ol%C3%A1%22%7D&token=[redacted 0a0b]&x=%zz&x=%5Bno'
    const html = body(sent)
    for (const shown of ['instanceName: ', 'loja 1', 'jsonData: ', '12036304123456789012', 'Olá', '[redacted 0a0b]', '%zz', '[no'])
      expect(html).toContain(shown)
    expect(html).toContain(sent.replaceAll('&', '&amp;'))
  })

  test('that only resembles a form is text', () => {
    for (const text of ['a', 'a b=1', '=1', 'a=1\nb=2', 'a=1&b', '{"a"=1', 'hello, world = 1']) expect(readForm(text)).toBeNull()
    expect(readForm(`a=1${'&a=1'.repeat(100_000)}`)).toMatchObject({ kind: 'object', entries: { length: 1000 } })
  })

  test('that retention has dropped is told so', () => {
    expect(toHtml(<Body body={null} size={400} />)).toContain('Retention has dropped the body')
  })
})

describe('copy as curl', () => {
  const { delivery } = fakeDetail(`{"text":"it's"}`)

  test('quotes for a POSIX shell, and leaves out what curl says by itself', () => {
    if (!delivery) throw new Error('no delivery')
    const line = curlOf({ ...delivery, headers: { Host: 'x', 'Content-Type': 'application/json' } }, 'https://lines.example.org')
    expect(line).toBe(
      `curl -X POST 'https://lines.example.org/api/whatsapp/waha-1/webhook/acme-support' \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '{"text":"it'\\''s"}'`,
    )
  })

  test('never holds what a terminal would take for keys pressed', () => {
    if (!delivery) throw new Error('no delivery')
    const body = new TextEncoder().encode(`{"text":"${'\u007f'.repeat(60)}"\n}`)
    const line = curlOf({ ...delivery, headers: { 'x-note': 'a\u009b2K' }, body }, 'https://lines.example.org')
    expect(line).toEndWith("webhook/acme-support' \\\n  --data-binary @body.bin")
  })
})

describe('one line about an event', () => {
  test('masks chat and text', () => {
    expect(summaryOf(fakeEvent(0))).toBe(`+49 151 •••• 678 · “${'•'.repeat(24)}”`)
  })

  test('gives the reason in words, the code never', () => {
    expect(summaryOf(fakeEvent(3))).toBe('network lost · ECONNRESET')
    expect(summaryOf(fakeEvent(4))).toBe('a new code')
  })
})
