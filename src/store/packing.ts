/**
 * Bodies at rest: long ones compressed with zstd by us, which takes Postgres' own attempt off the commit. A compressed body
 * is known by zstd's magic number; one that happens to begin with it is compressed whatever its length.
 */
const LONG = 1_600
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const

export function packBody(body: Uint8Array): Uint8Array {
  return body.byteLength > LONG || isPacked(body) ? Bun.zstdCompressSync(body, { level: 1 }) : body
}

/** The bytes as they arrived (redacted). */
export function unpackBody(stored: Uint8Array): Uint8Array {
  return isPacked(stored) ? Bun.zstdDecompressSync(stored) : stored
}

function isPacked(body: Uint8Array): boolean {
  return MAGIC.every((byte, i) => body[i] === byte)
}
