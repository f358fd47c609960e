import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../../..')

export interface Done {
  out: string
  err: string
  code: number
}

/** Runs a task to its end, with nothing of our own environment but PATH. */
export async function task(args: string[], env: Record<string, string>, input = ''): Promise<Done> {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  return { out, err, code }
}

/** Starts a task that goes on. `said` waits until it has printed a text. */
export function startTask(args: string[], env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, 'src/cli.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let out = ''
  let heard = () => {}
  const reading = (async () => {
    for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
      out += new TextDecoder().decode(chunk)
      heard()
    }
  })()
  return {
    child,
    async said(text: string): Promise<string> {
      while (!out.includes(text)) {
        const ended = await Promise.race([new Promise<boolean>((more) => (heard = () => more(false))), reading.then(() => true)])
        if (ended && !out.includes(text)) throw new Error(`It ended without saying "${text}":\n${out}`)
      }
      return out
    },
  }
}

/** A data folder that the user "postgres" can walk into when we are root. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linekeeper-task-'))
  chmodSync(folder, 0o755)
  return folder
}
