/** Serves what the pages link to: read, joined, hashed and compressed once at start. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Elysia } from 'elysia'
import { setAssetVersions } from '../../views/asset-versions'
import { STYLES } from '../../views/assets/styles'
import type { Gate } from './gate'

interface Asset {
  type: string
  bytes: Uint8Array<ArrayBuffer>
  gzipped: Uint8Array<ArrayBuffer>
  /** A hash of the content. */
  version: string
}

const ROOT = join(import.meta.dir, '../..')
const ASSETS = join(ROOT, 'views/assets')
const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
}

export function assets(gate: Gate) {
  const known = loadAssets()
  setAssetVersions(Array.from(known, ([name, { version }]) => [name, version]))
  return new Elysia({ name: 'assets' })
    .get('/assets/:name', ({ request, params }) => gate.seal(request, answer(known.get(params.name), request)))
    .get('/favicon.ico', ({ request }) => gate.seal(request, answer(known.get('favicon-ok.svg'), request)))
}

export function loadAssets(): Map<string, Asset> {
  const found = new Map<string, Asset>()
  const add = (name: string, bytes: Uint8Array): void => void found.set(name, toAsset(name, bytes))
  add('app.css', Buffer.concat(STYLES.map((name) => readFileSync(join(ASSETS, 'styles', name)))))
  add('htmx.js', readFileSync(join(ROOT, 'node_modules/htmx.org/dist/htmx.min.js')))
  add('hx-sse.js', readFileSync(join(ROOT, 'node_modules/htmx.org/dist/ext/hx-sse.min.js')))
  for (const entry of readdirSync(ASSETS, { withFileTypes: true })) {
    if (entry.isFile() && extensionOf(entry.name) in TYPES) add(entry.name, readFileSync(join(ASSETS, entry.name)))
  }
  return found
}

function toAsset(name: string, content: Uint8Array): Asset {
  const bytes = Uint8Array.from(content)
  const version = new Bun.CryptoHasher('sha256').update(bytes).digest('base64url').slice(0, 16)
  return { type: TYPES[extensionOf(name)] as string, bytes, gzipped: Bun.gzipSync(bytes, { level: 9 }), version }
}

function answer(asset: Asset | undefined, request: Request): Response {
  if (!asset) return new Response('There is no such asset', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  const etag = `"${asset.version}"`
  const headers: Record<string, string> = {
    etag,
    // `?v=` names the content. Without it, or with that of another version while two are running, the browser asks each time.
    'cache-control': request.url.endsWith(`?v=${asset.version}`) ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate',
    vary: 'accept-encoding',
    'content-type': asset.type,
  }
  if (request.headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers })
  if (asset.bytes.byteLength < 1_000 || !/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) return new Response(asset.bytes, { headers })
  return new Response(asset.gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
