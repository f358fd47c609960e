import { AppError } from '../domain/error'

/**
 * The raw bytes of a request, counted while they stream.
 * @throws AppError `too_large` as soon as `limit` is passed, or at once when the announced length is; `invalid` when the
 * sender broke off.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced !== null) {
    if (Number(announced) > limit) throw tooLarge(limit)
    // The length is enforced by the HTTP parser: one native read.
    return request.bytes()
  }
  return readStream(request, limit)
}

async function readStream(request: Request, limit: number): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
}

function tooLarge(limit: number): AppError {
  return new AppError('too_large', `The body is larger than ${limit} bytes: raise MAX_BODY_BYTES or send less`)
}
