/** From the POST of a delivery to its changed row on the wire of the live streams. */
import { join } from 'node:path'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import type { Ground } from '../ground'
import { linesOf } from '../load/client'
import type { Row } from '../report'
import { percentile } from '../statistics'
import { type MeasuredServer, startServer } from './server'

const CHANGES = 30
/** For one stream on an idle machine, and for a thousand. */
const BARS = new Map([
  [1, 250],
  [1_000, 500],
])

export async function measureLive(ground: Ground, secret: string, progress: (line: string) => void): Promise<Row[]> {
  const server = await startServer(ground, secret, await ground.database('live'))
  try {
    const cookie = await server.logIn()
    const rows: Row[] = []
    for (const [count, bar] of BARS) {
      const waits = await hearChanges(server, secret, cookie, count)
      progress(
        `${count} live streams: p50 ${percentile(waits, 0.5).toFixed(0)} ms, p95 ${percentile(waits, 0.95).toFixed(0)} ms, last ${Math.max(...waits).toFixed(0)} ms`,
      )
      const what = count === 1 ? 'webhook → changed row on the wire, one stream, p95' : `webhook → changed row on the wire, ${count} streams open, p95`
      rows.push({ what, value: percentile(waits, 0.95), unit: 'ms', bar, sense: 'most' })
    }
    return rows
  } finally {
    await server.stop()
  }
}

async function hearChanges(server: MeasuredServer, secret: string, cookie: string, count: number): Promise<number[]> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'streams.ts')], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const lines = linesOf(child.stdout)
  const say = (line: string) => {
    child.stdin.write(`${line}\n`)
    child.stdin.flush()
  }
  const next = async () => (await lines.next()).value as string
  try {
    say(JSON.stringify({ url: `${server.url}/live?topic=sessions`, cookie, count }))
    if ((await next()) !== 'open') throw new Error('The live streams did not open')
    const waits: number[] = []
    for (let nth = 0; nth < CHANGES; nth++) {
      const name = `live-${count}-${nth}-end`
      say(name)
      await next()
      // Not in step with the server's own pace.
      await Bun.sleep(100 + Math.random() * 400)
      const { headers, body } = wwebjsDelivery(secret, name, 'ready')
      const postedAt = performance.timeOrigin + performance.now()
      await fetch(`${server.url}/api/whatsapp/webhook/${name}`, { method: 'POST', headers, body })
      const heard = JSON.parse(await next()) as number[]
      if (heard.length < count) throw new Error(`Only ${heard.length} of ${count} streams heard of ${name}`)
      waits.push(...heard.map((at) => at - postedAt))
    }
    return waits
  } finally {
    child.stdin.end()
    await child.exited
  }
}
