/** Node-RED with a flow that does the same work: HTTP in, one function, HTTP response. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Ground } from '../ground'
import type { HttpServer } from './http'

/** The last that runs on Node 20. */
const VERSION = '4.1.8'

export async function installNodeRed(ground: Ground, progress: (line: string) => void): Promise<string | null> {
  const folder = join(ground.folder, 'node-red')
  mkdirSync(folder)
  progress(`Installing Node-RED ${VERSION} from npm…`)
  const child = Bun.spawn(['npm', 'install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `node-red@${VERSION}`], {
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const timeout = setTimeout(() => child.kill(), 300_000)
  const code = await child.exited
  clearTimeout(timeout)
  return code === 0 && existsSync(join(folder, 'node_modules/node-red/red.js')) ? folder : null
}

export function nodeRed(folder: string, secret: string, databaseUrl: string): HttpServer {
  copyFileSync(join(import.meta.dir, 'node-red-flow.json'), join(folder, 'flow.json'))
  return {
    id: 'node-red',
    label: `Node-RED ${VERSION}`,
    readyPath: '/',
    guess: 1_000,
    command: async (port) => ({
      argv: ['node', join(folder, 'node_modules/node-red/red.js'), '--userDir', folder, '--settings', join(import.meta.dir, 'node-red-settings.cjs')],
      env: {
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE_URL: databaseUrl,
        WEBHOOK_SECRET: secret,
        PEER_MODULES: join(import.meta.dir, '../../node_modules'),
        PEER_STORE: pathToFileURL(join(import.meta.dir, 'peer-store.mjs')).href,
      },
    }),
  }
}
