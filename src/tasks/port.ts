import { createServer } from 'node:net'
import { AppError } from '../domain/error'

const ANSWER_WITHIN_MS = 500

/**
 * Tries to listen, for a moment.
 * @throws AppError `conflict` with one sentence when somebody else listens there, or when this user may not.
 */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return
  const code = await tryToListen(host, port)
  if (code === undefined) return
  if (code === 'EADDRINUSE') throw new AppError('conflict', await describeTaken(host, port))
  if (code === 'EACCES') throw new AppError('conflict', `This user may not listen on port ${port}: choose one above 1023, for example PORT=3000`)
  throw new AppError('conflict', `Listening on ${host}:${port} is not possible (${code}): set HOST to an address of this machine`)
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const probe = createServer().once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    probe.listen(port, host, () => probe.close(() => done(undefined)))
  })
}

/** The address of the Linekeeper that listens there; null when none does. */
export async function findOwnServer(host: string, port: number): Promise<string | null> {
  const url = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), redirect: 'manual' }).catch(() => undefined)
  return answer?.ok === true && (await answer.text().catch(() => '')).includes('"alive"') ? url : null
}

async function describeTaken(host: string, port: number): Promise<string> {
  const url = await findOwnServer(host, port)
  if (url !== null) return `Linekeeper runs on port ${port} already (${url}): use that one, or start another with PORT and DATA_DIR of its own`
  return `Port ${port} is taken by another program: stop it, or choose another port, for example PORT=${port + 1}`
}
