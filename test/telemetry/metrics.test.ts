import { describe, expect, test } from 'bun:test'
import { createMetrics } from '../../src/telemetry/metrics'

const PROMISED = [
  'webhooks_total',
  'webhook_ack_seconds',
  'ledger_batch_size',
  'ledger_commit_seconds',
  'ledger_backlog',
  'journal_depth',
  'sessions',
  'session_transitions_total',
  'events_total',
  'duplicates_total',
  'quarantined_total',
  'sse_streams',
  'notifications_total',
  'db_pool_size',
  'db_pool_connections',
]

function watched() {
  const metrics = createMetrics()
  metrics.watch({
    backlog: () => 3,
    journal: () => ({ records: 7, bytes: 700, oldestAt: Date.now() - 5_000 }),
    sessions: async () => [{ source: 'default', status: 'connected', count: 12 }],
    pools: { write: 4, read: 8 },
    connections: () => [{ state: 'active', count: 2 }],
  })
  return metrics
}

describe('the metrics', () => {
  test('have the names that scrapers rely on', async () => {
    const text = await watched().text()
    for (const name of PROMISED) expect(text).toContain(`# TYPE linekeeper_${name} `)
  })

  test('count what happened', async () => {
    const metrics = watched()
    metrics.webhookAnswered('default', 'stored', 'waha', 12)
    metrics.webhookAnswered('default', 'stored', 'waha', 30)
    metrics.batchCommitted(20, 4)
    metrics.eventsStored('session.qr')
    metrics.eventsStored('message.ack', 5)
    metrics.transitionsMade(2)
    metrics.duplicatesDropped(3)
    metrics.deliveryQuarantined()
    metrics.streamOpened()
    metrics.streamOpened()
    metrics.streamClosed()
    metrics.notificationSent('webhook', 'delivered')
    const lines = (await metrics.text()).split('\n')
    expect(lines).toContain('linekeeper_webhooks_total{source="default",provider="waha",outcome="stored"} 2')
    expect(lines).toContain('linekeeper_webhook_ack_seconds_bucket{le="0.02"} 1')
    expect(lines).toContain('linekeeper_ledger_batch_size_sum 20')
    expect(lines).toContain('linekeeper_ledger_commit_seconds_count 1')
    expect(lines).toContain('linekeeper_events_total{type="message.ack"} 5')
    expect(lines).toContain('linekeeper_session_transitions_total 2')
    expect(lines).toContain('linekeeper_duplicates_total 3')
    expect(lines).toContain('linekeeper_quarantined_total 1')
    expect(lines).toContain('linekeeper_sse_streams 1')
    expect(lines).toContain('linekeeper_notifications_total{transport="webhook",outcome="delivered"} 1')
    expect(lines).toContain('linekeeper_sessions{source="default",status="connected"} 12')
    expect(lines).toContain('linekeeper_journal_depth 7')
    expect(lines).toContain('linekeeper_journal_bytes 700')
    expect(lines.find((line) => line.startsWith('linekeeper_journal_oldest_seconds '))).toMatch(/ 5(\.\d+)?$/)
  })

  test('are still told when the database cannot be asked', async () => {
    const metrics = createMetrics()
    metrics.watch({ backlog: () => 9, sessions: () => Promise.reject(new Error('away')) })
    const text = await metrics.text()
    expect(text).toContain('linekeeper_ledger_backlog 9')
    expect(text).not.toMatch(/^linekeeper_sessions\b.* \d/m)
  })

  test('stay few however many kinds of events senders invent', async () => {
    const metrics = createMetrics()
    for (let i = 0; i < 1_000; i++) metrics.eventsStored(`call.invented_${i}`)
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('linekeeper_events_total{'))
    expect(lines.length).toBe(201)
    expect(lines).toContain('linekeeper_events_total{type="other"} 800')
  })
})
