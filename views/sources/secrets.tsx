import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr, plural } from '../format'
import { ids, LIVE_EVENTS, REFETCH } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Ago } from '../shared/time'
import { TextField } from './fields'
import type { SecretsView, SecretView } from './model'

/** The live secrets, masked, and the way from one to the next. For admins only, so it is fetched anew and never part of the stream. */
export function SecretsCard({ slug, secrets, isNeeded, now }: { slug: string; secrets: SecretsView; isNeeded: boolean; now: Instant }): JSX.Element {
  const { live, rotation } = secrets
  return (
    <section
      class="card secrets"
      id={ids.sourceSecrets}
      aria-labelledby="secrets-title"
      hx-get={attr(paths.source(slug))}
      hx-trigger={`${LIVE_EVENTS.secretsChanged} from:body, ${LIVE_EVENTS.resync} from:body`}
      {...REFETCH}
      hx-select={`#${ids.sourceSecrets}`}
    >
      <h2 id="secrets-title">Secrets</h2>
      {live.length === 0 && isNeeded && (
        <p class="down">
          <Icon name="alert" /> No live secret: every delivery is refused.
        </p>
      )}
      {live.length === 0 && !isNeeded && (
        <p class="soft">This source asks for no proof, so it has no use for a secret. Choose a proof in its settings first.</p>
      )}
      <ul class="key-list">
        {live.map((secret) => (
          <SecretRow slug={slug} secret={secret} rotation={rotation} isOnly={live.length === 1} now={now} />
        ))}
      </ul>
      {rotation !== null && (
        <p class={`advice ${rotation.state}`} role="status">
          <Icon name={rotation.state === 'ready' ? 'ok' : 'clock'} tone={rotation.state === 'ready' ? 'ok' : 'wait'} />
          <span safe>{rotation.advice}</span>
        </p>
      )}
      {rotation === null && (isNeeded || live.length > 0) && <Rotate slug={slug} isFirst={live.length === 0} />}
    </section>
  )
}

function SecretRow({
  slug,
  secret,
  rotation,
  isOnly,
  now,
}: {
  slug: string
  secret: SecretView
  rotation: SecretsView['rotation']
  isOnly: boolean
  now: Instant
}): JSX.Element {
  return (
    <li>
      <div>
        <code safe>{secret.hint}</code> {secret.part !== null && <b>{secret.part}</b>}
        <small>
          made <Ago at={secret.createdAt} now={now} /> ·{' '}
          <span safe>{secret.uses === 0 ? 'never used' : `proved ${plural(secret.uses, 'delivery', 'deliveries')}, last `}</span>
          {secret.uses > 0 && secret.lastUsedAt !== null && <Ago at={secret.lastUsedAt} now={now} />}
          {secret.retiresAt !== null && (
            <>
              {' '}
              · retires <Ago at={secret.retiresAt} now={now} />
            </>
          )}
        </small>
      </div>
      {!isOnly && <Retire slug={slug} secret={secret} isDone={rotation?.state === 'ready' && secret.part === 'old'} />}
    </li>
  )
}

/** One touch once the facts say that nobody needs it; before that, it is asked. */
function Retire({ slug, secret, isDone }: { slug: string; secret: SecretView; isDone: boolean }): JSX.Element {
  const action = attr(paths.retireSecret(slug, secret.id))
  const label = attr(`Retire the ${secret.part ?? ''} secret ${secret.hint}`)
  if (isDone) {
    return (
      <form method="post" action={action}>
        <button type="submit" class="main" aria-label={label}>
          Retire it
        </button>
      </form>
    )
  }
  return (
    <details class="ask">
      <summary class="button">Retire…</summary>
      <form method="post" action={action}>
        <p>{secret.uses === 0 ? 'No sender has used it.' : 'A sender that still has it is refused from then on.'}</p>
        <button type="submit" class="danger" aria-label={label}>
          Retire it now
        </button>
      </form>
    </details>
  )
}

function Rotate({ slug, isFirst }: { slug: string; isFirst: boolean }): JSX.Element {
  return (
    <form method="post" action={attr(paths.sourceSecrets(slug))} class="rotate">
      <button type="submit" class={isFirst ? 'main' : undefined}>
        {isFirst ? 'Make a secret' : 'Rotate: make a new secret'}
      </button>
      {!isFirst && <small>Both are then live, so that senders can be moved in peace.</small>}
      <details>
        <summary>Use one of your own</summary>
        <TextField name="value" label="New secret" hint="At least 16 characters; leave it empty to have one made." />
      </details>
    </form>
  )
}
