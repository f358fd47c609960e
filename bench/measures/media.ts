/** The largest deliveries that wwebjs-api makes: a 10 MB attachment in base64, several at once. */
import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { memoryOf } from '../cpu'
import type { Ground } from '../ground'
import type { Row } from '../report'
import { startServer } from './server'

const AT_ONCE = 8
const ATTACHMENT_BYTES = 9_999_999

export async function measureMedia(ground: Ground, secret: string, progress: (line: string) => void): Promise<Row> {
  const server = await startServer(ground, secret, await ground.database('media'))
  try {
    const data = Buffer.alloc(ATTACHMENT_BYTES, crypto.getRandomValues(new Uint8Array(65_536))).toString('base64')
    const deliveries = Array.from({ length: AT_ONCE }, (_, nth) => mediaDelivery(secret, nth, data))
    const inFlight = deliveries.reduce((sum, { body }) => sum + body.length, 0) / 2 ** 20
    const idle = memoryOf(server.pid).now
    const answers = await Promise.all(
      deliveries.map(({ session, headers, body }) => fetch(`${server.url}/api/whatsapp/webhook/${session}`, { method: 'POST', headers, body })),
    )
    const refused = answers.filter((answer) => answer.status !== 200).length
    if (refused > 0) throw new Error(`${refused} of ${AT_ONCE} large deliveries were not taken`)
    const peak = memoryOf(server.pid).peak
    progress(`${AT_ONCE} × ${(inFlight / AT_ONCE).toFixed(1)} MB at once: ${idle.toFixed(0)} → ${peak.toFixed(0)} MB`)
    return {
      what: `peak memory over idle ÷ bytes in flight (${AT_ONCE} × 13 MB media at once)`,
      value: (peak - idle) / inFlight,
      unit: '×',
      bar: 4,
      sense: 'most',
    }
  } finally {
    await server.stop()
  }
}

function mediaDelivery(secret: string, nth: number, data: string) {
  const talk = {
    id: `3EB0MEDIA${nth}`,
    chat: '5511912345678@c.us',
    fromMe: false,
    name: 'Bench',
    text: '',
    at: Date.now(),
    media: { mimetype: 'application/pdf', bytes: ATTACHMENT_BYTES },
  }
  return wwebjsDelivery(secret, `media-${nth}`, 'media', {
    messageMedia: { mimetype: 'application/pdf', data, filesize: ATTACHMENT_BYTES },
    message: wwebjsMessage(talk, '5511998877665@c.us'),
  })
}
