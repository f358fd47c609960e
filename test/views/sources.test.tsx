import { describe, expect, test } from 'bun:test'
import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { PROVIDERS } from '../../src/providers'
import { loadGuides } from '../../src/web/source-guides'
import { proofChoices } from '../../src/web/source-proofs'
import { toDocument, toHtml } from '../../views/render'
import { ConnectPage } from '../../views/sources/connect'
import { GuideText } from '../../views/sources/guide'
import { plainOf, readGuide } from '../../views/sources/guide-text'
import { SourcesPage } from '../../views/sources/index'
import type { SourceNow } from '../../views/sources/model'
import { SOURCE_PARTS } from '../../views/sources/now'
import { QuarantinePage } from '../../views/sources/quarantine'
import { QuarantinedPage } from '../../views/sources/quarantined'
import { receivedOf } from '../../views/sources/received'
import { RejectionsPage } from '../../views/sources/rejections'
import { remedyOf } from '../../views/sources/remedies'
import { NOW, XSS } from './support/fake'

const FILL = { webhookUrl: 'https://hooks.example.net/api/whatsapp/own/webhook', secret: 's3cret-of-this-source' }
const htmlOf = (markdown: string, fill: { webhookUrl: string; secret: string | null } = FILL) => toHtml(<GuideText guide={readGuide(markdown, fill)} />)

describe('a connect.md', () => {
  test('becomes headings, sentences, lists, tables and lines to copy; its title is the page’s', () => {
    const html = htmlOf(
      '# Title\n\n## Part\n\nA **bold `code`** and a [link](https://example.org/x).\n\n- one\n  more\n- two\n\n1. first\n\n| a | b |\n|---|---|\n| 1 | `x\\|y` |\n',
    )
    expect(html).not.toContain('Title')
    expect(html).toContain('<h3>Part</h3>')
    expect(html).toContain('<b>bold <code>code</code></b>')
    expect(html).toContain('href="https://example.org/x"')
    expect(html).toContain('<li>one more</li>')
    expect(html).toContain('<ol><li>first</li></ol>')
    expect(html).toContain('<code>x|y</code>')
  })

  test('holds no markup of its own, and no link but to the web', () => {
    const html = htmlOf(`Some ${XSS} and \`${XSS}\`.\n\n[go](javascript:alert(1))\n\n\`\`\`sh\n${XSS}\n\`\`\`\n`)
    expect(html).not.toContain('<img')
    expect(html).not.toContain('href="javascript')
  })

  test('gets the URL of the source, with a password in it where the sender needs one', () => {
    const html = htmlOf(
      'Use `https://linekeeper.example.com/api/whatsapp/webhook/shop` or https://linekeeper:<the same secret>@linekeeper.example.com/api/whatsapp/waha/webhook',
    )
    expect(html).toContain('https://hooks.example.net/api/whatsapp/own/webhook/shop')
    expect(html).toContain('https://linekeeper:s3cret-of-this-source@hooks.example.net/api/whatsapp/own/webhook')
  })

  test('writes a secret as its place asks for: in a URL, in JSON, for a shell', () => {
    const secret = `it's "a" secret/of mine`
    const [block] = readGuide(
      `\`\`\`sh\nKEY=<a live secret>\nURL=https://linekeeper.example.com/api/whatsapp/webhook?token=<a live secret>\n{"key": "<a live secret>"}\n\`\`\``,
      { ...FILL, secret },
    ).blocks
    const text = block?.kind === 'code' ? block.text : ''
    expect(text).toContain(`KEY='it'\\''s "a" secret/of mine'`)
    expect(text).toContain(`token=${encodeURIComponent(secret)}`)
    expect(JSON.parse(text.split('\n')[2] as string)).toEqual({ key: secret })
  })

  test('keeps its words where nobody may see the secret', () => {
    expect(htmlOf("KEY=<one of this source's secrets>", { ...FILL, secret: null })).toContain('&lt;one of this source&#x27;s secrets&gt;')
  })

  test('tells in its last table which events should come', () => {
    const guide = readGuide(
      'Text.\n\n## What should arrive\n\n| event | theirs | remedy |\n| --- | --- | --- |\n| `message.ack` | `ack` | Turn **it** on. |\n\n## After\n',
      FILL,
    )
    expect(guide.expected.map(({ type, remedy }) => [type, plainOf(remedy)])).toEqual([['message.ack', 'Turn it on.']])
    expect(guide.blocks.map((block) => block.kind)).toEqual(['text', 'heading'])
  })

  const guides = loadGuides()
  for (const { id } of PROVIDERS) {
    test(`of ${id} is filled completely, and says what should arrive`, () => {
      const guide = guides.of(id, FILL)
      if (!guide) throw new Error(`src/providers/${id}/connect.md is missing: it is what the dashboard says about connecting this sender`)
      const html = toHtml(<GuideText guide={guide} />)
      expect(html).toContain(FILL.webhookUrl.slice('https://'.length))
      expect(html).not.toContain('linekeeper.example.com')
      const lines = guide.blocks.flatMap((block) => (block.kind === 'code' ? [block.text] : []))
      expect(lines.length).toBeGreaterThan(0)
      expect(lines.join('\n')).not.toMatch(/<[^>]*secret[^>]*>/)
      expect(guides.expectedOf(id).length).toBeGreaterThan(1)
      for (const { type, remedy } of guides.expectedOf(id)) {
        expect(type).toMatch(/^(session|message|call|group|account)\.(\*|[a-z_]+)$/)
        expect(plainOf(remedy)).toEndWith('.')
      }
    })
  }
})

describe('what really arrives', () => {
  const expected = ['session.qr', 'message.created', 'message.ack', 'call.*'].map((type) => ({ type, theirs: [], remedy: ['Do it.'] }))
  const heard = (lastOf: Record<string, Instant>, sent: number, received = 0) => ({
    lastOf,
    counts: { events: 1, messagesReceived: received, messagesSent: sent, calls: 0, reconnects: 0 },
  })
  const statesOf = (...sessions: ReturnType<typeof heard>[]) => receivedOf(expected, sessions).map(({ state }) => state)

  test('is empty until something came', () => {
    expect(receivedOf(expected, [heard({}, 0)])).toEqual([])
  })
  test('does not call missing what had no occasion yet', () => {
    expect(statesOf(heard({ 'session.connected': 1 }, 0))).toEqual(['not yet', 'not yet', 'not yet', 'not yet'])
  })
  test('misses acknowledgements once something was sent, and own messages once others came', () => {
    expect(statesOf(heard({ 'message.created': 1 }, 3))).toEqual(['not yet', 'received', 'missing', 'not yet'])
    expect(statesOf(heard({ 'message.received': 1 }, 0, 2))).toEqual(['not yet', 'missing', 'not yet', 'not yet'])
  })
  test('takes the latest of all sessions, and any of a family', () => {
    const [, , ack, call] = receivedOf(expected, [heard({ 'message.ack': 5, 'call.received': 3 }, 1), heard({ 'message.ack': 9, 'call.rejected': 4 }, 1)])
    expect([ack?.lastAt, call?.lastAt]).toEqual([9, 4])
  })
})

describe('a refusal', () => {
  test('is a sentence and a remedy: its own, or that of its kind', () => {
    expect(remedyOf({ code: 'missing', message: 'no X-Api-Key header: set API_KEY at the sender' })).toEqual({
      reason: 'No X-Api-Key header',
      remedy: 'Set API_KEY at the sender.',
    })
    expect(remedyOf({ code: 'too_large', message: 'The body is too large' }).remedy).toContain('MAX_BODY_BYTES')
    // Of the window that limits are counted in, and that docs/operations.md names.
    expect(remedyOf({ code: 'rate_limited', message: 'Too many deliveries from this session' }).remedy).toContain('in ten seconds: raise RATE_LIMIT_')
  })
})

describe('the choices of a proof', () => {
  test('begin with the sender’s own way and offer no other twice', () => {
    for (const { id } of PROVIDERS) {
      const { choices, chosen } = proofChoices(id)
      expect(chosen).toBe('own')
      expect(choices[0]?.id).toBe('own')
      expect(new Set(choices.map((choice) => JSON.stringify(choice.proofs))).size).toBe(choices.length)
    }
  })
})

const operator = { name: XSS, role: 'admin' } as const
const worst = { level: 'ok', count: 0 } as const
const proof = { strength: 'weak', title: XSS, proves: XSS, warning: XSS } as const
const refused = { code: 'mismatch', message: XSS, times: 1, firstAt: NOW, lastAt: NOW, addresses: [XSS], addressCount: 1, sessions: [XSS] }
const kept = { id: XSS, source: XSS, session: XSS, receivedAt: NOW, reason: XSS, bodySize: 1 }
const source: SourceNow['source'] = {
  id: XSS,
  slug: XSS,
  label: XSS,
  provider: { id: XSS, label: XSS },
  owner: { id: XSS, name: XSS },
  webhookUrl: XSS,
  createdAt: NOW,
  proofs: [proof],
  weakest: proof,
  sessions: [{ status: 'qr', count: 1 }],
  lastEventAt: NOW,
  rejected: 1,
  quarantined: 1,
  secrets: { live: 1, oldestAt: NOW, isRotating: false, isNeeded: true },
}
const about: SourceNow = {
  source,
  arrival: { kind: 'heard', session: XSS, type: 'other', at: NOW },
  received: [{ type: XSS, theirs: [XSS], remedy: [XSS], lastAt: null, state: 'missing' }],
  refused: [refused],
  quarantine: [kept],
  recognition: { sightings: [{ provider: XSS, label: XSS, times: 1, firstAt: NOW, lastAt: NOW }], proposal: { id: XSS, label: XSS } },
  mismatches: [{ pathSession: XSS, bodySession: XSS, times: 1, firstAt: NOW, lastAt: NOW, bodySessions: 2 }],
}

describe('what senders and strangers write stays text', () => {
  const guide = { blocks: [{ kind: 'text' as const, text: [XSS] }], expected: [] }
  const all: Record<string, () => string> = {
    'in the list': () => toDocument(<SourcesPage operator={operator} worst={worst} sources={[source]} lost={[refused]} now={NOW} />),
    'in the steps': () =>
      toDocument(<ConnectPage operator={operator} worst={worst} about={about} guides={[{ id: XSS, label: XSS, guide }]} secret={XSS} now={NOW} />),
    'in the fragments': () =>
      Object.values(SOURCE_PARTS)
        .map((Part) => toHtml(<Part about={about} now={NOW} />))
        .join(''),
    'among refusals': () =>
      toDocument(
        <RejectionsPage
          operator={operator}
          worst={worst}
          source={source}
          refused={[refused]}
          rejections={[{ id: XSS, source: XSS, session: XSS, at: NOW, lastAt: NOW, times: 1, address: XSS, code: 'x', message: XSS }]}
          older={XSS}
          now={NOW}
        />,
      ),
    'in the quarantine': () => toDocument(<QuarantinePage operator={operator} worst={worst} source={source} kept={[kept]} older={XSS} now={NOW} />),
    'in what is kept': () =>
      toDocument(
        <QuarantinedPage
          operator={operator}
          worst={worst}
          source={source}
          kept={{ ...kept, path: XSS, address: XSS, headers: { [XSS]: XSS }, body: new TextEncoder().encode(XSS), scheme: XSS, resolvedAt: null }}
        />,
      ),
  }
  for (const [where, render] of Object.entries(all)) {
    test(where, () => {
      const html = render()
      expect(html).not.toContain('<img')
      expect(html).not.toMatch(/="[^"]*<(?:hx-partial|img|script)/)
      expect(html.match(/<hx-partial/g)).toBeNull()
    })
  }
})
