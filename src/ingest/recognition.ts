import { readBody } from '../domain/body'
import type { Delivery } from '../domain/delivery'
import { findProvider, recognise } from '../providers'
import type { Provider } from '../providers/provider'
import type { Source } from '../store/sources'

/**
 * Whether its sender posts a delivery once and, unless it is answered 2xx, never again. Reads the body of a delivery whose
 * source recognises its senders, so it is for rare occasions only.
 */
export function isPostedOnce(source: Source, delivery: Delivery): boolean {
  const provider = findProvider(source.provider) ?? recogniseIn(delivery)
  return provider?.postsOnce === true
}

function recogniseIn(delivery: Delivery): Provider | undefined {
  const body = readBody(delivery)
  return body.ok ? recognise(delivery, body.value) : undefined
}
