import jsQR from 'jsqr'
import { PNG } from 'pngjs'

/** Senders draw their codes 256 pixels wide (wuzapi, GOWA); reading takes as long as there are pixels, some 15 ms for those. */
const MAX_SIDE = 1_024
const MAX_BYTES = 1 << 16

/**
 * The text in a picture of a QR code: senders that give only a picture get their code drawn as crisply as all others.
 * @returns null when it is no PNG, or shows no code.
 */
export function textInQr(png: Uint8Array): string | null {
  if (png.byteLength > MAX_BYTES || !hasSaneSize(png)) return null
  try {
    const { data, width, height } = PNG.sync.read(Buffer.from(png))
    const found = jsQR(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })
    return found === null || found.data === '' ? null : found.data
  } catch {
    return null
  }
}

/** From `data:image/png;base64,…`, or the base64 alone; null when it is neither. */
export function textInQrUrl(dataUrl: string): string | null {
  const base64 = /^(?:data:image\/png;base64,)?([A-Za-z0-9+/=]+)$/.exec(dataUrl)?.[1]
  return base64 === undefined ? null : textInQr(Buffer.from(base64, 'base64'))
}

/** From the header, before a picture of a few bytes is unpacked to gigabytes. */
function hasSaneSize(png: Uint8Array): boolean {
  if (png.byteLength < 24 || png[0] !== 0x89 || png[1] !== 0x50) return false
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength)
  return header.getUint32(16) <= MAX_SIDE && header.getUint32(20) <= MAX_SIDE
}
