import type { Fingerprint } from './redaction'

/** Secrets as they look in bodies: plain, as JSON writes them and as forms and URLs do. */
export interface Needle {
  secret: string
  bytes: Buffer
}

export function needlesOf(secrets: readonly string[]): Needle[] {
  return secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => {
      const spellings = new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
      return [...spellings].map((text) => ({ secret, bytes: Buffer.from(text) }))
    })
}

/**
 * The body without these secrets, wherever they stand; the same object when it holds none. A sender that tells its own configuration
 * tells ours with it: the webhook's URL, its headers.
 */
export function redactKnown(body: Uint8Array, needles: readonly Needle[], fingerprint: Fingerprint): Uint8Array {
  let kept = body
  for (const { secret, bytes } of needles) {
    const view = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength)
    let at = view.indexOf(bytes)
    if (at < 0) continue
    const pieces: Uint8Array[] = []
    let from = 0
    for (; at >= 0; at = view.indexOf(bytes, from)) {
      pieces.push(view.subarray(from, at), Buffer.from(`[redacted ${fingerprint(secret)}]`))
      from = at + bytes.byteLength
    }
    pieces.push(view.subarray(from))
    kept = new Uint8Array(Buffer.concat(pieces))
  }
  return kept
}
