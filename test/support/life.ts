/** A sender's life through the front door, and what the JSON API then says of it. */
import { expect } from 'bun:test'
import type { MessageRecord, SessionRecord } from '../../src/domain/records'
import { rebuild } from '../../src/ingest/rebuild'
import { startTestServer, type TestServer } from './server'

export const KEY = 'an-api-key-of-the-tests-0123456789'

/** A source of one provider, whose deliveries are posted one after the other. */
export interface Stage {
  server: TestServer
  /** @param session of the URL; null posts to the source's URL without one. */
  post(
    delivery: { headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> },
    session: string | null,
  ): Promise<{ duplicate: boolean; quarantined?: boolean }>
  session(name: string): Promise<SessionRecord>
  /** `starting`, `disconnected (banned)` …, oldest first. */
  story(name: string): Promise<string[]>
  messages(name: string): Promise<MessageRecord[]>
  /** What a fold of the whole ledger would find otherwise than it stands. */
  differences(): Promise<string[]>
  stop(): Promise<void>
}

export async function openStage(provider: string, secret: string): Promise<Stage> {
  // Nothing here is said at the time at which it is told.
  const server = await startTestServer({ API_KEY: KEY, STALE_AFTER: '30d', CONNECTING_TIMEOUT: '1d', QR_EXPIRES_AFTER: '1d' })
  const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const answer = await fetch(`${server.url}${path}`, { ...init, headers: { 'x-api-key': KEY, 'content-type': 'application/json' } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  await ask('/api/v1/sources', { method: 'POST', body: JSON.stringify({ slug: 'stage', label: 'Stage', provider, secret }) })
  const of = (name: string) => `/api/v1/sessions/stage/${encodeURIComponent(name)}`
  return {
    server,
    async post({ headers, body }, session) {
      const url = `${server.url}/api/whatsapp/stage/webhook${session === null ? '' : `/${encodeURIComponent(session)}`}`
      const answer = await fetch(url, { method: 'POST', headers, body })
      expect([answer.status, url]).toEqual([200, url])
      return (await answer.json()) as { duplicate: boolean; quarantined?: boolean }
    },
    session: (name) => ask<SessionRecord>(of(name)),
    async story(name) {
      const { data } = await ask<{ data: { at: string; to: string; reason: string | null }[] }>(`${of(name)}/transitions?limit=100`)
      return data.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).map(({ to, reason }) => (reason === null ? to : `${to} (${reason})`))
    },
    messages: async (name) => (await ask<{ data: MessageRecord[] }>(`${of(name)}/messages?limit=100`)).data,
    differences: async () => (await rebuild(server.database.write, { repair: false, progress() {} })).differences,
    stop: () => server.stop(),
  }
}
