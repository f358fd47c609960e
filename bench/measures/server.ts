/** A server of its own for one measure, with an operator who can log in. */

import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { ALLOCATOR } from '../../src/allocator'
import { freePort } from '../contenders/http'
import { serverEnv } from '../contenders/linekeeper'
import type { Ground } from '../ground'

export interface MeasuredServer {
  url: string
  pid: number
  /** The Cookie header of a logged-in operator. */
  logIn(): Promise<string>
  stop(): Promise<void>
}

const ADMIN = { ADMIN_EMAIL: 'bench@example.org', ADMIN_PASSWORD: 'correct horse battery' }

export async function startServer(ground: Ground, secret: string, databaseUrl: string): Promise<MeasuredServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawnServer({ ...serverEnv(ground, secret, databaseUrl, port), PUBLIC_URL: url, ...ADMIN })
  await untilAnswered(child, () => fetch(`${url}/readyz`))
  return {
    url,
    pid: child.pid,
    async logIn() {
      const form = new URLSearchParams({ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD })
      const answer = await fetch(`${url}/login`, { method: 'POST', body: form, redirect: 'manual', headers: { origin: url } })
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
      if (cookies.length === 0) throw new Error(`The log-in was answered ${answer.status}`)
      return cookies.join('; ')
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

export function spawnServer(env: Record<string, string>): Subprocess {
  return Bun.spawn([process.execPath, join(import.meta.dir, '../../src/server.ts')], {
    env: { ...process.env, ...ALLOCATOR, ...env },
    stdout: 'ignore',
    stderr: 'ignore',
  })
}

/** Asks again and again until the answer is 200. */
export async function untilAnswered(child: Subprocess, ask: () => Promise<Response>, everyMs = 20): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode} while it started`)
    const answer = await ask().catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await Bun.sleep(everyMs)
  }
  throw new Error('The server did not come up within 30 s')
}
