import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { SCOPES, type Scope } from '../../src/domain/scope'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Ago } from '../shared/time'
import type { Worst } from '../worst'

export interface ApiKeyView {
  id: string
  name: string
  /** The first characters, to tell keys apart; never more. */
  start: string
  scopes: readonly Scope[]
  createdAt: Instant
  lastUsedAt: Instant | null
}

export interface ApiKeysPageProps {
  operator: Operator
  worst: Worst
  keys: readonly ApiKeyView[]
  /** The whole key, directly after it was made and never again. */
  created?: { name: string; key: string }
  error?: string
  now: Instant
}

const SCOPE_WORDS: Record<Scope, string> = { read: 'read everything', write: 'act on sessions', admin: 'sources, secrets, keys' }

export function ApiKeysPage({ operator, worst, keys, created, error, now }: ApiKeysPageProps): JSX.Element {
  return (
    <Page title="API keys" worst={worst} operator={operator} path={paths.apiKeys()} topic={null}>
      <h1>API keys</h1>
      {error !== undefined && <Flash kind="error" message={error} />}
      {created !== undefined && <Created name={created.name} secret={created.key} />}
      <div class="cols keys">
        <NewKey />
        <section class="card" aria-labelledby="keys-title">
          <h2 id="keys-title">Keys in use</h2>
          {keys.length === 0 && <p class="soft">None yet. The JSON API needs one.</p>}
          <ul class="key-list">
            {keys.map((key) => (
              <KeyRow entry={key} now={now} />
            ))}
          </ul>
        </section>
      </div>
    </Page>
  )
}

function Created({ name, secret }: { name: string; secret: string }): JSX.Element {
  return (
    <section class="card created" aria-labelledby="created-title">
      <h2 id="created-title">
        Key “<bdi safe>{name}</bdi>” is made
      </h2>
      <p class="soft">Copy it now: it is kept only as a hash and cannot be shown again.</p>
      <pre tabindex="0" data-copy safe>
        {secret}
      </pre>
    </section>
  )
}

function NewKey(): JSX.Element {
  return (
    <form class="card new-key" method="post" action={paths.apiKeys()}>
      <h2>New key</h2>
      <p class="field">
        <label for="name">Name</label>
        <input id="name" name="name" required maxlength="80" autocomplete="off" placeholder="nightly export" />
      </p>
      <fieldset>
        <legend>May</legend>
        {SCOPES.map((scope) => (
          <label>
            <input type="checkbox" name="scopes" value={scope} checked={scope === 'read'} />
            <b>{scope}</b> <small>{SCOPE_WORDS[scope] as 'words of ours'}</small>
          </label>
        ))}
      </fieldset>
      <button type="submit" class="main">
        Create key
      </button>
    </form>
  )
}

function KeyRow({ entry, now }: { entry: ApiKeyView; now: Instant }): JSX.Element {
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {entry.name}
        </b>
        <small>
          <code safe>{`${entry.start}…`}</code> <span safe>{entry.scopes.join(', ')}</span> · made <Ago at={entry.createdAt} now={now} /> ·{' '}
          {entry.lastUsedAt === null ? 'never used' : 'used '}
          {entry.lastUsedAt !== null && <Ago at={entry.lastUsedAt} now={now} />}
        </small>
      </div>
      <form method="post" action={paths.revokeApiKey(entry.id)}>
        <button type="submit" class="danger" aria-label={attr(`Revoke ${entry.name}`)}>
          Revoke
        </button>
      </form>
    </li>
  )
}
