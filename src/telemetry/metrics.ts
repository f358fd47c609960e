/** The numbers at /metrics. Their names are promised to scrapers: change one only with a note in CHANGELOG.md. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type Gauges, registerGauges } from './gauges'

export interface Metrics {
  webhookAnswered(source: string, outcome: string, provider: string, tookMs: number): void
  batchCommitted(entries: number, tookMs: number): void
  eventsStored(type: string, times?: number): void
  transitionsMade(times: number): void
  duplicatesDropped(times: number): void
  deliveryQuarantined(): void
  streamOpened(): void
  streamClosed(): void
  notificationSent(transport: string, outcome: string): void
  /** Where to look when scraped; called once, when everything is wired. */
  watch(gauges: Gauges): void
  /** In Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

/** Labels come partly from senders: beyond so many different event types they are counted as `other`. */
const MOST_TYPES = 200

const counter = <L extends string>(registry: Registry, name: string, help: string, labelNames: L[] = []) =>
  new Counter<L>({ name: `linekeeper_${name}`, help, labelNames, registers: [registry] })

const histogram = (registry: Registry, name: string, help: string, buckets: number[]) =>
  new Histogram({ name: `linekeeper_${name}`, help, buckets, registers: [registry] })

/** A registry of its own: two servers in one process (tests) do not meet in it. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const webhooks = counter(registry, 'webhooks_total', 'Deliveries by source, provider and what became of them', ['source', 'provider', 'outcome'])
  const ack = histogram(registry, 'webhook_ack_seconds', 'From arrival to answer', [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
  const batchSize = histogram(registry, 'ledger_batch_size', 'Entries per committed batch', [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  const commit = histogram(registry, 'ledger_commit_seconds', 'Duration of a commit', [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5])
  const events = counter(registry, 'events_total', 'Events stored, by type', ['type'])
  const transitions = counter(registry, 'session_transitions_total', 'Changes of a session status')
  const duplicates = counter(registry, 'duplicates_total', 'Events that the ledger had already')
  const quarantined = counter(registry, 'quarantined_total', 'Authentic deliveries that no provider could decode')
  const notifications = counter(registry, 'notifications_total', 'Alerts by transport and outcome', ['transport', 'outcome'])
  const streams = new Gauge({ name: 'linekeeper_sse_streams', help: 'Open live streams', registers: [registry] })
  const types = new Set<string>()
  // Labels are looked up once: told of with every delivery, they take longer than the counting.
  const answered = new Map<string, { inc(): void }>()
  return {
    webhookAnswered(source, outcome, provider, tookMs) {
      const labels = `${source} ${provider} ${outcome}`
      let one = answered.get(labels)
      if (!one) answered.set(labels, (one = webhooks.labels({ source, provider, outcome })))
      one.inc()
      ack.observe(tookMs / 1000)
    },
    batchCommitted(entries, tookMs) {
      batchSize.observe(entries)
      commit.observe(tookMs / 1000)
    },
    eventsStored(type, times = 1) {
      if (types.size < MOST_TYPES) types.add(type)
      events.inc({ type: types.has(type) ? type : 'other' }, times)
    },
    transitionsMade: (times) => transitions.inc(times),
    duplicatesDropped: (times) => duplicates.inc(times),
    deliveryQuarantined: () => quarantined.inc(),
    streamOpened: () => streams.inc(),
    streamClosed: () => streams.dec(),
    notificationSent: (transport, outcome) => notifications.inc({ transport, outcome }),
    watch: (gauges) => registerGauges(registry, gauges),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
