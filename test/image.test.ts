import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')
const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const IGNORED = readFileSync(join(ROOT, '.dockerignore'), 'utf8')

test('everything that the image copies exists and is let through by .dockerignore', () => {
  const copied = sourcesOf(DOCKERFILE)
  expect(copied).toContain('package.json')
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  expect(copied.filter((path) => !isLetThrough(path, IGNORED))).toEqual([])
})

test('the patches that package.json names are there before the image installs its dependencies', () => {
  const { patchedDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { patchedDependencies: Record<string, string> }
  const beforeInstall = sourcesOf(DOCKERFILE.slice(0, DOCKERFILE.indexOf('RUN bun install')))
  const missing = Object.values(patchedDependencies).filter((patch) => !beforeInstall.some((path) => patch.startsWith(path)))
  expect(missing).toEqual([])
})

test('what the image does not need stays out of what is sent to the builder', () => {
  for (const path of ['data', '.git', 'node_modules', 'test', '.env']) expect({ path, sent: isLetThrough(path, IGNORED) }).toEqual({ path, sent: false })
})

/** What comes from the checkout, not from another stage. */
function sourcesOf(dockerfile: string): string[] {
  return dockerfile
    .split('\n')
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1))
}

/** The last line that speaks of it decides. Ours name whole entries of the root: nothing more is understood here. */
function isLetThrough(path: string, ignored: string): boolean {
  let sent = true
  for (const line of ignored.split('\n')) {
    if (line === '*' || line === path) sent = false
    if (line === `!${path}`) sent = true
  }
  return sent
}
