import { name, version } from '../../package.json'
import { scrub, scrubText } from './scrub'

/** Reports bugs to Sentry, or nowhere. */
export interface ErrorReports {
  /** `about` holds ids and names, such as the request id; it is scrubbed like everything else. */
  capture(error: unknown, about?: Readonly<Record<string, string>>): void
  /** Sends what waits, for 2 s at most. */
  close(): Promise<void>
}

const CLOSE_MS = 2_000
/** As Sentry writes releases: which version a failure is of. */
const RELEASE = `${name}@${version}`

/**
 * Sentry when there is a DSN. Its package takes a second to load and hooks into much, so it is loaded only then, and without
 * any of its integrations: nothing but what `capture` is given leaves the process.
 */
export async function createErrorReports(dsn: string | null): Promise<ErrorReports> {
  if (dsn === null) return { capture() {}, async close() {} }
  const sentry = await import('@sentry/bun')
  sentry.init({
    dsn,
    release: RELEASE,
    defaultIntegrations: false,
    sendClientReports: false,
    beforeSend: (event) => scrubEvent(event),
  })
  return {
    capture(error, about) {
      sentry.captureException(error, about ? { tags: about } : {})
    },
    async close() {
      await sentry.close(CLOSE_MS)
    },
  }
}

interface SentryEvent {
  message?: string
  exception?: { values?: { value?: string }[] }
  request?: unknown
  user?: unknown
  breadcrumbs?: unknown
  extra?: unknown
  tags?: unknown
  server_name?: unknown
}

/** Without request, user, trail and host name; texts without numbers and secrets. */
export function scrubEvent<E extends SentryEvent>(event: E): E {
  const { request: _request, user: _user, breadcrumbs: _breadcrumbs, server_name: _host, ...rest } = event
  const kept = rest as E
  if (kept.message) kept.message = scrubText(kept.message)
  for (const value of kept.exception?.values ?? []) {
    if (value.value) value.value = scrubText(value.value)
  }
  if (kept.extra) kept.extra = scrub(kept.extra)
  if (kept.tags) kept.tags = scrub(kept.tags)
  return kept
}
