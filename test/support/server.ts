/** The real server on a free port with a fresh database, for tests that go through its front door. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config'
import { type Running, start } from '../../src/runtime'
import { freePort } from '../../src/store/free-port'
import { freshDatabaseUrl } from './database'

export const SECRET = 'the webhook secret of the tests'

/** Making the cluster of a run can take this long where the machine is busy. */
export const STARTING_MS = 60_000

export interface TestServer extends Running {
  /** Posts a delivery of src/tasks/simulate to the default source. */
  post(delivery: { session: string; headers: Record<string, string>; body: string | Uint8Array<ArrayBuffer> }): Promise<Response>
  /** The Cookie header of an operator who may do everything. Needs a server started with ADMIN. */
  logIn(): Promise<string>
}

export const ADMIN = { ADMIN_EMAIL: 'ada@example.org', ADMIN_PASSWORD: 'correct horse battery' }

export async function startTestServer(env: Record<string, string> = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'linekeeper-system-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const config = loadConfig({
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    DATABASE_URL: await freshDatabaseUrl(),
    DATA_DIR: dataDir,
    WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    RATE_LIMIT_LOGIN: '1000',
    ...env,
  })
  const running = await start(config)
  return {
    ...running,
    url,
    post: ({ session, headers, body }) =>
      fetch(`${url}/api/whatsapp/webhook/${encodeURIComponent(session)}`, { method: 'POST', headers, body, redirect: 'manual' }),
    logIn: () => logInAt(url),
    async stop() {
      await running.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The Cookie header of ADMIN at a server whose PUBLIC_URL this is. */
export async function logInAt(url: string): Promise<string> {
  const form = new URLSearchParams({ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD })
  const answer = await fetch(`${url}/login`, { method: 'POST', body: form, redirect: 'manual', headers: { origin: url } })
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}
