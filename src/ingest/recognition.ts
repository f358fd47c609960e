import type { Delivery } from '../domain/delivery'
import { findProvider, recognise } from '../providers'
import type { Source } from '../store/sources'

/**
 * Whether its sender posts a delivery once and, unless it is answered 2xx, never again. Reads the body of a delivery whose
 * source recognises its senders, so it is for rare occasions only.
 */
export function isPostedOnce(source: Source, delivery: Delivery): boolean {
  const provider = findProvider(source.provider) ?? recognise(delivery, parse(delivery.body))
  return provider?.postsOnce === true
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
