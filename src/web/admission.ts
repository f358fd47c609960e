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
  await takeOrWait(limits, 'source', source.slug, source, delivery)
  await takeOrWait(limits, 'session', `${source.slug}/${delivery.pathSession ?? ''}`, source, delivery)
}

async function takeOrWait(limits: WebhookLimits, kind: 'source' | 'session', key: string, source: Source, delivery: Delivery): Promise<void> {
  try {
    await limits.take(kind, key)
  } catch (cause) {
    if (!(cause instanceof AppError) || !isPostedOnce(source, delivery)) throw cause
    await limits.waitFor(kind, key, cause)
  }
}
