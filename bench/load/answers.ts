/** Finds where an HTTP/1.1 answer ends. All contenders answer with a Content-Length. */
export interface Answer {
  status: number
  /** Bytes up to its end. */
  length: number
}

/** @returns undefined while the answer is not complete. */
export function readAnswer(bytes: Uint8Array): Answer | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2_048)).toString('latin1')
  const headerEnd = text.indexOf('\r\n\r\n')
  if (headerEnd < 0) return undefined
  const status = Number(text.slice(9, 12))
  const at = text.toLowerCase().indexOf('content-length:')
  const bodyLength = at >= 0 && at < headerEnd ? Number.parseInt(text.slice(at + 15, at + 30), 10) : 0
  const length = headerEnd + 4 + bodyLength
  return bytes.byteLength >= length ? { status, length } : undefined
}
