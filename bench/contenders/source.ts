import type { Instant } from '../../src/domain/event'
import type { Source } from '../../src/store/sources'

/** The source that all deliveries of the benchmark come from, for what runs without a server of its own. */
export function benchSource(secret: string, now: Instant): Source {
  return {
    id: '11111111-1111-4111-8111-111111111111',
    slug: 'default',
    label: 'Default',
    provider: 'auto',
    schemes: null,
    ownerId: null,
    staleAfterMs: null,
    qrExpiresAfterMs: null,
    connectingTimeoutMs: null,
    createdAt: now,
    secrets: [{ id: '22222222-2222-4222-8222-222222222222', value: secret, createdAt: now, retiresAt: null, firstUsedAt: null, lastUsedAt: null, uses: 0 }],
  }
}
