import type { Delivery } from '../domain/delivery'
import { AppError } from '../domain/error'
import { isPostedOnce } from '../ingest/recognition'
import type { Source } from '../store/sources'
import type { WebhookLimits } from './webhook-limits'

/**
 * Counts a proved delivery towards the limits of its source and session. Not before the proof: strangers would use up what genuine
 * senders are allowed. Every sender that posts again at all also does after a 429; one that never does is made to wait for its
 * turn instead, since it waits for an answer as long as it takes.
 * @throws AppError `rate_limited`.
 */
export async function admit(limits: WebhookLimits, source: Source, delivery: Delivery): Promise<void> {
  // Where the URL names no session, many may share it: the limit of the source is theirs.
  const session = delivery.pathSession === null ? null : `${source.slug}/${delivery.pathSession}`
  let isSourceCounted = false
  try {
    limits.take('source', source.slug)
    isSourceCounted = true
    if (session !== null) limits.take('session', session)
  } catch (cause) {
    if (!(cause instanceof AppError) || !isPostedOnce(source, delivery)) throw cause
    if (session !== null && isSourceCounted) return limits.waitFor('session', session, cause)
    await limits.waitFor('source', source.slug, cause)
    try {
      if (session !== null) limits.take('session', session)
    } catch (again) {
      await limits.waitFor('session', session as string, again as AppError)
    }
  }
}
