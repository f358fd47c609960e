import type { Server } from 'bun'
import type { createApp } from '../app'
import type { Config } from '../config'
import { AppError } from '../domain/error'

/**
 * Keep-alive must outlast the senders' own 5 s: a socket closed under their next post loses that event. Within an answer it counts from
 * the last byte that the client took, so it also ends those who do not read; a live stream lives by its heartbeats.
 */
export const IDLE_TIMEOUT_S = 30
/** Of the ten seconds that a stop may take; the rest is for what was taken to get on disk. */
const STOP_WITHIN_MS = 6_500
/** Where another instance is to take over: longer than senders keep an idle connection. */
const HAND_OVER_MS = 5_500

export interface Listening {
  url: string
  /**
   * Finishes the requests under way, refuses new connections. With `reusePort` it first sends its senders over to the other instance:
   * for some seconds it goes on answering, each time with `Connection: close`, until nobody holds a connection that could be cut.
   */
  stop(): Promise<void>
}

/** @throws AppError `conflict` when the port is taken, `unavailable` when it may not be used. */
export function listen(
  app: ReturnType<typeof createApp>,
  config: Pick<Config, 'port' | 'host' | 'maxBodyBytes' | 'reusePort'>,
  idleTimeout = IDLE_TIMEOUT_S,
): Listening {
  try {
    // A body that is too large is refused while it streams; Bun's own limit stands a little behind as a second wall.
    // Whatever NODE_ENV says: Bun's own error page would show strangers our source.
    app.listen({
      port: config.port,
      hostname: config.host,
      idleTimeout,
      maxRequestBodySize: config.maxBodyBytes + 1024,
      development: false,
      // Elysia's own default is true: a second server on the port would silently take half of the deliveries.
      reusePort: config.reusePort,
    })
  } catch (cause) {
    throw listenError(config, cause)
  }
  const server = app.server
  if (!server) throw listenError(config, undefined)
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    async stop() {
      const stopBy = performance.now() + STOP_WITHIN_MS
      if (config.reusePort) await handOver(server, app.fetch, stopBy)
      await Promise.race([server.stop(false), Bun.sleep(Math.max(0, stopBy - performance.now()))])
      await server.stop(true)
    },
  }
}

async function handOver(server: Server<unknown>, answer: (request: Request) => Response | Promise<Response>, stopBy: number): Promise<void> {
  server.reload({
    // Elysia's: Bun would go on asking them first.
    routes: {},
    async fetch(request: Request) {
      const response = await answer(request)
      response.headers.set('connection', 'close')
      return response
    },
  })
  await Bun.sleep(HAND_OVER_MS)
  // In one breath with an event loop that has nothing to do: no request of a connection that was taken is cut off. Unless one never ends.
  while (server.pendingRequests > 0 && performance.now() < stopBy) await Bun.sleep(1)
}

function listenError(config: Pick<Config, 'port' | 'host'>, cause: unknown): AppError {
  const code = (cause as { code?: string } | undefined)?.code
  if (code === 'EADDRINUSE') return new AppError('conflict', `Port ${config.port} is in use: stop what listens there, or choose another with PORT`, { cause })
  if (code === 'EACCES') return new AppError('unavailable', `Port ${config.port} may not be used by this user: choose one above 1023 with PORT`, { cause })
  return new AppError('unavailable', `Cannot listen on ${config.host}:${config.port}: ${cause instanceof Error ? cause.message : 'unknown reason'}`, { cause })
}
