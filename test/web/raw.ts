/** HTTP by hand, for requests that no client would make. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** 0 = the connection was closed without an answer. */
  status: number
  headers: Record<string, string>
  body: string
}

const ANSWER_WITHIN_MS = 5_000

/** Sends these lines and this body, byte for byte (text as latin1), and reads one answer. @throws when none comes and nobody hangs up. */
export async function exchange(url: string, lines: string[], body: string | Uint8Array): Promise<RawAnswer> {
  const socket = await open(url, lines, body)
  try {
    return await answerOf(socket)
  } finally {
    socket.destroy()
  }
}

/** The same, without waiting for the answer. @param body null = not even the headers end. */
export function open(url: string, lines: string[], body: string | Uint8Array | null): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(Buffer.from(lines.map((line) => `${line}\r\n`).join('') + (body === null ? '' : '\r\n'), 'latin1'))
      if (body !== null && body.length > 0) socket.write(Buffer.from(body as string, 'latin1'))
      done(socket)
    })
    socket.once('error', fail)
  })
}

function answerOf(socket: Socket): Promise<RawAnswer> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('No answer, and the connection stays')), ANSWER_WITHIN_MS)
    let heard = ''
    const end = () => {
      clearTimeout(timer)
      done(parse(heard))
    }
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      // An interim answer says only that one will come.
      if (heard.startsWith('HTTP/1.1 100')) heard = heard.slice(heard.indexOf('\r\n\r\n') + 4)
      if (isWhole(heard)) end()
    })
    // Hung up on: that is an answer too.
    socket.on('error', end)
    socket.on('close', end)
  })
}

function isWhole(text: string): boolean {
  const { headers, body } = parse(text)
  return text.includes('\r\n\r\n') && body.length >= Number(headers['content-length'] ?? 0)
}

function parse(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, Math.max(split, 0)).split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), headers, body: split < 0 ? '' : text.slice(split + 4) }
}
