import { describe, expect, mock, test } from 'bun:test'
import crypto from 'node:crypto'
import { authenticate } from '../../src/signing/authenticate'
import { SCHEME_IDS, type SchemeSetting } from '../../src/signing/scheme'
import { isSameSecret } from '../../src/web/auth/tokens'
import { checkHandshake } from '../../src/web/handshake'
import { deliveryOf } from '../providers/samples'
import { SENDERS } from '../support/senders'
import { NOW, secret } from './secrets'

const OURS = 'the-secret-that-we-know-0123456789'
/** As long, and of the same letters: nothing but its value tells it from ours. */
const THEIRS = 'the-secret-that-we-know-9876543210'

interface Proof {
  name: string
  schemes: SchemeSetting['scheme'][]
  /** Does this secret of a sender prove it? */
  proves(theirs: string): boolean
}

const PROOFS: Proof[] = [
  ...SENDERS.map(
    ({ id, schemes, body, headers }): Proof => ({
      name: `the proof of ${id}`,
      schemes: schemes.map(({ scheme }) => scheme),
      proves(theirs) {
        const text = body('shop', 'ID1')
        return authenticate(deliveryOf(text, headers(text, theirs, NOW, NOW)), schemes, [secret(OURS)], NOW).ok
      },
    }),
  ),
  ...['/api/whatsapp/webhook/shop/', '/api/whatsapp/webhook?token='].map(
    (path): Proof => ({
      name: `the secret behind ${path}`,
      schemes: ['url'],
      proves(theirs) {
        const delivery = { ...deliveryOf('{}'), path: `${path}${theirs}` }
        const scheme: SchemeSetting = path.endsWith('=') ? { scheme: 'url', parameter: 'token' } : { scheme: 'url' }
        return authenticate(delivery, [scheme], [secret(OURS)], NOW).ok
      },
    }),
  ),
  {
    name: "the verify token of Meta's handshake",
    schemes: [],
    proves: (theirs) => checkHandshake(`hub.mode=subscribe&hub.challenge=1&hub.verify_token=${theirs}`, [secret(OURS)]).ok,
  },
  { name: 'API_KEY and METRICS_TOKEN', schemes: [], proves: (theirs) => isSameSecret(theirs, OURS) },
]

/** What comes of it when the one comparison in constant time gives this answer, whatever it is asked. */
function whenComparisonSays(answer: boolean, work: () => boolean): boolean {
  const real = { ...crypto, default: crypto }
  mock.module('node:crypto', () => ({ ...real, timingSafeEqual: () => answer }))
  try {
    return work()
  } finally {
    mock.module('node:crypto', () => real)
  }
}

describe('is compared in constant time and in no other way', () => {
  test.each(PROOFS)('$name', ({ proves }) => {
    expect([proves(OURS), proves(THEIRS)]).toEqual([true, false])
    // A comparison of another kind, beside or before that one, would refuse the first or accept the second.
    expect(whenComparisonSays(true, () => proves(THEIRS))).toBe(true)
    expect(whenComparisonSays(false, () => proves(OURS))).toBe(false)
    expect([proves(OURS), proves(THEIRS)]).toEqual([true, false])
  })

  test('whatever scheme there is', () => {
    const seen = new Set(PROOFS.flatMap(({ schemes }) => schemes))
    expect([...seen, 'none'].toSorted()).toEqual([...SCHEME_IDS].toSorted())
  })
})
