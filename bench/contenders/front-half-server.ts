/** HTTP, proof, parsing, decoding, redaction and the fold, with a store that answers at once: what our own edge can do. */

import { createHmac } from 'node:crypto'
import { Elysia } from 'elysia'
import { createArrivals, systemNow } from '../../src/ingest/arrival'
import { type Entry, foldBatch, type KnownSession } from '../../src/ingest/batch'
import { Quarantine } from '../../src/ingest/quarantine'
import { Rejections } from '../../src/ingest/rejections'
import { Writer, type Written } from '../../src/ingest/writer'
import { connect } from '../../src/store/database'
import { createMetrics } from '../../src/telemetry/metrics'
import { BodyReader } from '../../src/web/body'
import { createClientAddress } from '../../src/web/plugins/client-address'
import { WebhookLimits } from '../../src/web/webhook-limits'
import { webhooks } from '../../src/web/webhooks'
import { benchSource } from './source'

/** Folds in memory and forgets everything but the folds. */
class Nowhere extends Writer {
  readonly #known = new Map<string, KnownSession>()

  override append(entry: Entry): Promise<Written> {
    for (const work of foldBatch(
      [entry],
      () => true,
      (sessionId) => this.#known.get(sessionId),
    ))
      this.#known.set(work.sessionId, work.after)
    return Promise.resolve({ id: entry.delivery?.id ?? '', duplicate: false })
  }
}

const { PORT, WEBHOOK_SECRET: secret = '' } = process.env
// Never connected: nothing here asks it anything.
const sql = connect('postgres://nobody@127.0.0.1:1/nothing', 1)
const now = systemNow()
const source = benchSource(secret, now)
const metrics = createMetrics()
const most = 1_000_000
const doors = webhooks({
  writer: new Nowhere(sql, systemNow),
  quarantine: new Quarantine(sql),
  fingerprint: (text) => createHmac('sha256', 'bench').update(text).digest('hex').slice(0, 16),
  allowances: { staleAfterMs: 900_000, qrExpiresAfterMs: 60_000, connectingTimeoutMs: 180_000 },
  now: systemNow,
  notes: { recognised() {}, mismatched() {} },
  noteUse: () => {},
  arrival: createArrivals(systemNow),
  findSource: (slug) => (slug === 'default' ? source : undefined),
  bodies: new BodyReader({ each: 16 << 20, together: 256 << 20 }),
  limits: new WebhookLimits({ source: most, session: most, address: most }),
  rejections: new Rejections(sql, systemNow),
  clientAddress: createClientAddress({ hops: 0, cidrs: [] }),
  answered: metrics.webhookAnswered,
  failed: (cause) => console.error(cause),
})
new Elysia().use(doors).listen({ port: Number(PORT), hostname: '127.0.0.1' })
