import { Elysia } from 'elysia'
import type { Config } from '../config'
import { AppError } from '../domain/error'
import { MINUTE_MS } from '../domain/time'
import type { Metrics } from '../telemetry/metrics'
import { json } from './answers'
import { isSameSecret } from './auth/tokens'
import type { Context, Gate } from './gate'
import { createThrottle } from './plugins/throttle'

/** Whether a delivery would be kept right now. `reasons` says in words why not; empty when it would. */
export interface Readiness {
  reasons: string[]
  /** What is wrong although it would: the database is away, and the journal keeps them. */
  warnings?: string[]
  /** Entries that wait for an answer, and deliveries in the journal. */
  backlog: number
  journal: number
}

export interface OpsDeps {
  config: Pick<Config, 'metricsToken' | 'rateLimits'>
  metrics: Pick<Metrics, 'text' | 'contentType'>
  readiness(): Promise<Readiness>
}

/** For load balancers and scrapers. */
export function ops(deps: OpsDeps, gate: Gate) {
  const throttle = createThrottle({ points: deps.config.rateLimits.status, windowMs: MINUTE_MS, message: 'Too many status requests from this address' })
  const limited = (answer: (request: Request) => Response | Promise<Response>) => async (context: Context) => {
    const { request } = context
    try {
      await throttle.take(gate.clientAddress(request, context.server))
      return gate.seal(request, await answer(request))
    } catch (cause) {
      return gate.fail(request, cause)
    }
  }
  return new Elysia({ name: 'ops' })
    .get(
      '/healthz',
      limited(() => json({ status: 'alive' })),
    )
    .get(
      '/readyz',
      limited(async () => readyResponse(await deps.readiness())),
    )
    .get(
      '/metrics',
      limited(async (request) => {
        if (deps.config.metricsToken !== null && !hasToken(request, deps.config.metricsToken))
          throw new AppError('unauthorized', 'This needs "Authorization: Bearer" with METRICS_TOKEN')
        return new Response(await deps.metrics.text(), { headers: { 'content-type': deps.metrics.contentType } })
      }),
    )
}

function readyResponse({ reasons, warnings, backlog, journal }: Readiness): Response {
  return json({ status: reasons.length === 0 ? 'ready' : 'not ready', reasons, warnings, backlog, journal }, { status: reasons.length === 0 ? 200 : 503 })
}

function hasToken(request: Request, token: string): boolean {
  const given = request.headers.get('authorization')
  return given?.startsWith('Bearer ') === true && isSameSecret(given.slice('Bearer '.length), token)
}
