import { existsSync, statSync } from 'node:fs'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config'
import { AppError } from '../domain/error'
import { KEY_FILE } from '../store/vault'
import type { Finding } from './doctor'
import { checkPort } from './port'

const GIB = 1024 ** 3

/** The data folder, the keys in it, the disk under it, and the port. */
export async function checkMachine(config: Config): Promise<Finding[]> {
  const folder = await checkFolder(config.dataDir)
  if (folder.level === 'FAIL') return [folder]
  return [folder, ...checkModes(config.dataDir), await checkDisk(config.dataDir), await examinePort(config)]
}

async function checkFolder(dataDir: string): Promise<Finding> {
  const name = 'data folder'
  const probe = join(dataDir, `.probe-${process.pid}`)
  try {
    await mkdir(dataDir, { recursive: true })
    await writeFile(probe, '')
    await rm(probe)
    return { name, level: 'ok', detail: `${dataDir} can be written` }
  } catch (cause) {
    return {
      name,
      level: 'FAIL',
      detail: `${dataDir} cannot be written (${(cause as NodeJS.ErrnoException).code})`,
      remedy: 'set DATA_DIR to a folder that this user may write',
    }
  }
}

/** Whoever reads these files reads every secret, or every row. */
function checkModes(dataDir: string): Finding[] {
  return [KEY_FILE, 'postgres.password'].flatMap((file): Finding[] => {
    const path = join(dataDir, file)
    if (!existsSync(path)) return []
    const mode = statSync(path).mode & 0o777
    const detail = `mode ${mode.toString(8)}`
    return [
      (mode & 0o077) === 0
        ? { name: file, level: 'ok', detail }
        : { name: file, level: 'FAIL', detail: `${detail}: others can read it`, remedy: `chmod 600 ${path}` },
    ]
  })
}

async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  const percent = Math.round((bavail / blocks) * 100)
  const level = free < GIB / 2 ? 'FAIL' : free < 5 * GIB || percent < 10 ? 'warn' : 'ok'
  return {
    name: 'disk',
    level,
    detail: `${(free / GIB).toFixed(1)} GiB free (${percent} %)`,
    remedy: 'make room, or shorten RETENTION_BODIES: when the disk is full nothing more can be kept',
  }
}

async function examinePort({ host, port }: Config): Promise<Finding> {
  const name = 'port'
  try {
    await checkPort(host, port)
    return { name, level: 'ok', detail: `${host}:${port} is free` }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    // Our own server listening there is how it should be.
    if (cause.message.startsWith('Linekeeper runs')) return { name, level: 'ok', detail: `a Linekeeper listens on ${host}:${port}` }
    return { name, level: 'FAIL', detail: cause.message }
  }
}
