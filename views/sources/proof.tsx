import { Html } from '@elysiajs/html'
import { Badge } from '../shared/badge'
import type { Look } from '../shared/status'
import type { Proof, SourceView } from './model'

export const STRENGTH_LOOKS: Record<Proof['strength'], Look> = {
  signed: { word: 'Signed', icon: 'shield', tone: 'ok' },
  token: { word: 'Signed token', icon: 'shield', tone: 'ok' },
  shared: { word: 'Shared key', icon: 'key', tone: 'quiet' },
  weak: { word: 'Weak: key in the URL', icon: 'alert', tone: 'wait' },
  open: { word: 'Unsafe: no proof', icon: 'alert', tone: 'down' },
}

const NO_SECRET: Look = { word: 'No live secret', icon: 'alert', tone: 'down' }

/** How sure we are of who posts: by the weakest proof that is accepted. */
export function ProofBadge({ source }: { source: Pick<SourceView, 'weakest' | 'secrets'> }): JSX.Element {
  return <Badge look={proofLookOf(source)} />
}

export function proofLookOf({ weakest, secrets }: Pick<SourceView, 'weakest' | 'secrets'>): Look {
  if (weakest === null || (secrets.isNeeded && secrets.live === 0)) return NO_SECRET
  return STRENGTH_LOOKS[weakest.strength]
}

/** What the accepted proofs are worth, those of equal worth together, and what should be known of them. */
export function ProofList({ proofs }: { proofs: readonly Proof[] }): JSX.Element {
  const kinds = Map.groupBy(proofs, ({ strength, proves, warning }) => `${strength} ${proves} ${warning}`)
  return (
    <ul class="proofs">
      {[...kinds.values()].map((alike) => (
        <ProofKind proofs={alike} />
      ))}
    </ul>
  )
}

function ProofKind({ proofs }: { proofs: readonly Proof[] }): JSX.Element {
  const [proof] = proofs
  if (!proof) return ''
  return (
    <li>
      <Badge look={STRENGTH_LOOKS[proof.strength]} />
      <span class="what">
        <span safe>{proofs.map(({ title }) => title).join(' · ')}</span>
        <small safe>{proof.warning === null ? proof.proves : `${proof.proves}; ${proof.warning}`}</small>
      </span>
    </li>
  )
}
