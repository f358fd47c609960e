import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The content of a file that holds something generated once, for its owner's eyes only (mode 0600). It is on disk before it
 * is returned, whole or not at all, and never written over: of two starts at once, both use what the first has made.
 */
export async function readOrCreateSecretFile(file: string, make: () => string): Promise<string> {
  const known = await readIfThere(file)
  if (known !== undefined) return known
  await mkdir(dirname(file), { recursive: true })
  const text = make()
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await link(draft, file)
    return text
  } catch (cause) {
    const winner = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? await readIfThere(file) : undefined
    if (winner === undefined) throw cause
    return winner
  } finally {
    await handle.close()
    await unlink(draft)
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}
