import type { createApp } from '../app'
import type { Config } from '../config'
import { AppError } from '../domain/error'

/** Keep-alive must outlast the senders' own 5 s: a socket closed under their next post loses that event. */
const IDLE_TIMEOUT_S = 30
const STOP_WITHIN_MS = 8_000

export interface Listening {
  url: string
  /** Refuses new connections, finishes the requests under way. */
  stop(): Promise<void>
}

/** @throws AppError `conflict` when the port is taken, `unavailable` when it may not be used. */
export function listen(app: ReturnType<typeof createApp>, config: Pick<Config, 'port' | 'host' | 'maxBodyBytes'>): Listening {
  try {
    // A body that is too large is refused while it streams; Bun's own limit stands a little behind as a second wall.
    // Whatever NODE_ENV says: Bun's own error page would show strangers our source.
    app.listen({ port: config.port, hostname: config.host, idleTimeout: IDLE_TIMEOUT_S, maxRequestBodySize: config.maxBodyBytes + 1024, development: false })
  } catch (cause) {
    throw listenError(config, cause)
  }
  const server = app.server
  if (!server) throw listenError(config, undefined)
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    async stop() {
      await Promise.race([server.stop(false), Bun.sleep(STOP_WITHIN_MS)])
      await server.stop(true)
    },
  }
}

function listenError(config: Pick<Config, 'port' | 'host'>, cause: unknown): AppError {
  const code = (cause as { code?: string } | undefined)?.code
  if (code === 'EADDRINUSE') return new AppError('conflict', `Port ${config.port} is in use: stop what listens there, or choose another with PORT`, { cause })
  if (code === 'EACCES') return new AppError('unavailable', `Port ${config.port} may not be used by this user: choose one above 1023 with PORT`, { cause })
  return new AppError('unavailable', `Cannot listen on ${config.host}:${config.port}: ${cause instanceof Error ? cause.message : 'unknown reason'}`, { cause })
}
