import { Elysia } from 'elysia'
import type { Config } from './config'
import type { Controls } from './control/controls'
import type { Instant } from './domain/event'
import type { DecodeAgain } from './ingest/decode-again'
import { sessionAsOf } from './ingest/look-back'
import type { Database } from './store/database'
import type { SourceBook } from './store/source-book'
import type { Metrics } from './telemetry/metrics'
import type { Report } from './telemetry/report'
import { api } from './web/api/routes'
import { assets } from './web/assets'
import type { ApiKeys } from './web/auth/api-keys'
import type { Auth } from './web/auth/auth'
import { createActionThrottle } from './web/control-action'
import { createLoginDeps } from './web/dashboard/login'
import { dashboard } from './web/dashboard/routes'
import { Gate } from './web/gate'
import type { Live } from './web/live/live'
import { ops, type Readiness } from './web/ops'
import type { webhooks } from './web/webhooks'

/** All that the edge needs; runtime.ts makes it for the server, test/web/support.ts for tests. */
export interface AppDeps {
  config: Config
  database: Pick<Database, 'read' | 'write'>
  report: Pick<Report, 'failed'>
  metrics: Pick<Metrics, 'text' | 'contentType'>
  sources: SourceBook
  auth: Auth
  apiKeys: ApiKeys
  live: Live
  controls: Controls
  decodeAgain: DecodeAgain
  /** The senders' doors; absent in tests of the rest. */
  webhooks?: ReturnType<typeof webhooks>
  readiness(): Promise<Readiness>
  /** What operators must know about the server itself. */
  notice?(): string | null
  now(): Instant
}

/** The whole HTTP edge. Never listens: the server does, and tests call `handle()`. */
export function createApp(deps: AppDeps) {
  const { config, database, live, now } = deps
  const gate = new Gate({ config, auth: deps.auth, notice: () => deps.notice?.() ?? null, failed: (cause, about) => deps.report.failed(cause, about) })
  const { staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs } = config
  const allowances = { staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs }
  const shared = {
    sql: database.read,
    write: database.write,
    board: live.board,
    live,
    controls: deps.controls,
    apiKeys: deps.apiKeys,
    allowances,
    publicUrl: config.publicUrl,
    now,
  }
  const control = { controls: deps.controls, sources: deps.sources, vault: deps.sources.vault, actions: createActionThrottle() }
  const secretHint = config.webhookSecret === null ? 'printed at the first start' : 'WEBHOOK_SECRET in your environment'
  // A body is limited while it streams; Bun's own limit only ends what no handler reads.
  const app = new Elysia({ serve: { maxRequestBodySize: config.maxBodyBytes + 1024 } })
    .onError(({ request, error }) => gate.fail(request, error))
    .use(ops({ config, metrics: deps.metrics, readiness: deps.readiness }, gate))
    .use(assets(gate))
    .use(
      dashboard(
        { ...live.sourceBoard, ...shared, ...control, ...createLoginDeps(deps.auth, config.rateLimits), decodeAgain: deps.decodeAgain, secretHint },
        gate,
      ),
    )
    .use(
      api(
        {
          ...shared,
          ...control,
          config,
          auth: deps.auth,
          decodeAgain: deps.decodeAgain,
          sessionAsOf: (source, name, at) => sessionAsOf(database.read, source, name, allowances, at),
        },
        gate,
      ),
    )
  return deps.webhooks ? app.use(deps.webhooks) : app
}
