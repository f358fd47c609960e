/** From the start of the process to the first delivery that is on disk, with the embedded database, once its folder exists. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wwebjsDelivery } from '../../src/tasks/simulate/wwebjs'
import { freePort } from '../contenders/http'
import type { Row } from '../report'
import { median } from '../statistics'
import { spawnServer, untilAnswered } from './server'

const TIMES = 5

export async function measureStart(secret: string, progress: (line: string) => void): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-bench-start-'))
  chmodSync(folder, 0o755)
  try {
    const cold = await startOnce(folder, secret)
    progress(`first start ever: ${cold.toFixed(2)} s`)
    const warm: number[] = []
    for (let nth = 0; nth < TIMES; nth++) {
      warm.push(await startOnce(folder, secret))
      progress(`start ${nth + 1}/${TIMES}: ${(warm.at(-1) as number).toFixed(2)} s`)
    }
    return [
      {
        what: 'first 200 after the start of the process (embedded, warm)',
        value: median(warm),
        unit: 's',
        bar: 1.5,
        sense: 'most',
        range: [Math.min(...warm), Math.max(...warm)],
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startOnce(folder: string, secret: string): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawnServer({
    NODE_ENV: 'production',
    PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'warn',
    DATABASE_URL: '',
  })
  try {
    const { headers, body } = wwebjsDelivery(secret, 'start', 'ready')
    await untilAnswered(child, () => fetch(`http://127.0.0.1:${port}/api/whatsapp/webhook/start`, { method: 'POST', headers, body }), 5)
    return (performance.now() - startedAt) / 1000
  } finally {
    child.kill('SIGTERM')
    await child.exited
  }
}
