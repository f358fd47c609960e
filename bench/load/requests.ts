/** Ready-made requests: every body unique and freshly signed, so that the generator has only to write them while it measures. */
import { type Line, newLine } from '../../src/tasks/simulate/happening'
import { wahaBody, wahaMessage } from '../../src/tasks/simulate/waha'

export interface RequestPlan {
  port: number
  secret: string
  sessions: number
  count: number
  /** Bytes of a body, about; 1,000 is a text message as WAHA sends it. */
  bodyBytes: number
}

export interface Requests {
  bytes: Buffer
  /** Where each begins; one more entry than requests. */
  offsets: Float64Array
}

/** A text message as WAHA sends it. */
const MESSAGE_BYTES = 1_000
/** Below this it is told in our own envelope, which can be shorter. */
const SHORT_BYTES = 700

export function makeRequests(plan: RequestPlan): Requests {
  const lines = makeLines(plan.sessions)
  const offsets = new Float64Array(plan.count + 1)
  const bytes = Buffer.allocUnsafe(plan.count * (plan.bodyBytes + 700))
  let end = 0
  for (let nth = 0; nth < plan.count; nth++) {
    const line = lines[Math.floor(Math.random() * lines.length)] as Line
    end += bytes.write(requestOf(plan, line, nth), end, 'utf8')
    offsets[nth + 1] = end
  }
  return { bytes, offsets }
}

export function makeLines(sessions: number): Line[] {
  return Array.from({ length: sessions }, (_, nth) => newLine(`bench-${nth}`, `5511555${String(nth).padStart(6, '0')}`, `Bench ${nth}`))
}

function requestOf({ port, secret, bodyBytes }: RequestPlan, line: Line, nth: number): string {
  const body = bodyOf(line, nth, bodyBytes)
  const signature = new Bun.CryptoHasher('sha256', secret).update(body).digest('hex')
  return `POST /api/whatsapp/webhook/${line.name} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nUser-Agent: bench\r\nX-Webhook-Signature: sha256=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

export function bodyOf(line: Line, nth: number, bodyBytes: number): string {
  const id = crypto.randomUUID().replaceAll('-', '').toUpperCase()
  const at = Date.now()
  const chat = `55119${String(nth % 100_000).padStart(8, '0')}@c.us`
  if (bodyBytes < SHORT_BYTES)
    return JSON.stringify({
      type: 'message.received',
      timestamp: new Date(at).toISOString(),
      data: { sessionId: line.name, id, chat, from: chat, to: line.account.id, fromMe: false, kind: 'chat', text: `Where is order ${nth}?` },
    })
  // What makes a body larger is text that does not compress to nothing.
  const more =
    bodyBytes > MESSAGE_BYTES + 100 ? ` ${Buffer.from(crypto.getRandomValues(new Uint8Array(((bodyBytes - MESSAGE_BYTES) / 8) * 3))).toString('base64')}` : ''
  const talk = { id, chat, fromMe: false, name: 'Mariana Souza', text: `Where is order ${nth}?${more}`, at }
  return wahaBody(line, 'message', wahaMessage(talk, line.account.id), at, `evt_${id.toLowerCase().slice(0, 26)}`)
}
