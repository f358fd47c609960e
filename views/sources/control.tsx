import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import { paths } from '../paths'
import { Moment } from '../shared/time'

/** An API that can be driven. */
export interface ControlChoice {
  id: string
  label: string
  keyLabel: string
  keyHint: string
}

export interface SourceControlView {
  /** The source's slug. */
  source: string
  choices: readonly ControlChoice[]
  /** What is entered; null while nothing is. */
  current: { api: string; baseUrl: string; hasKey: boolean; updatedAt: Instant /** Its key cannot be opened. */; problem: string | null } | null
  /** What stands in the form: as entered, or as it was sent. */
  form: { api: string; baseUrl: string }
  /** The current API lists its sessions. */
  canImport: boolean
}

export interface SourceControlProps {
  view: SourceControlView
  /** What came of the last request. */
  told?: { kind: 'done' | 'error'; message: string }
}

/** The card `source-control` of a source's page: where its REST API is, and the key to it. Needs an admin. */
export function SourceControl({ view, told }: SourceControlProps): JSX.Element {
  const { source, current } = view
  return (
    <section class="card api" id="source-control" aria-labelledby="source-control-title">
      <h2 id="source-control-title">Control API</h2>
      {told !== undefined && <Flash kind={told.kind} message={told.message} />}
      {current !== null && current.problem !== null && <Flash kind="error" message={current.problem} />}
      <p class="soft">
        With it, sessions can be started, restarted, paired and logged out from here, codes that webhooks leave out are fetched, and a silent session is asked
        before it is called stale.
      </p>
      <form method="post" action={attr(paths.sourceControl(source))}>
        <ApiField view={view} />
        <BaseUrlField baseUrl={view.form.baseUrl} />
        <KeyField view={view} />
        <p class="row-of-buttons">
          <button type="submit" class="main">
            Save
          </button>
          <button type="submit" formaction={attr(paths.sourceControl(source, 'test'))}>
            Test the connection
          </button>
        </p>
      </form>
      {current !== null && <Also view={view} />}
    </section>
  )
}

function ApiField({ view: { choices, form } }: { view: SourceControlView }): JSX.Element {
  return (
    <p class="field">
      <label for="api">Which API it is</label>
      <select id="api" name="api" required>
        <option value="">Choose…</option>
        {choices.map((choice) => (
          <option value={attr(choice.id)} selected={choice.id === form.api}>
            {choice.label as 'words of ours'}
          </option>
        ))}
      </select>
    </p>
  )
}

function BaseUrlField({ baseUrl }: { baseUrl: string }): JSX.Element {
  return (
    <p class="field">
      <label for="base-url">Base URL</label>
      <input
        id="base-url"
        name="baseUrl"
        type="url"
        required
        maxlength="500"
        autocomplete="off"
        value={attr(baseUrl)}
        placeholder="http://waha:3000"
        aria-describedby="base-url-hint"
      />
      <small id="base-url-hint">As this server reaches it. Private addresses are fine.</small>
    </p>
  )
}

function KeyField({ view: { choices, current, form } }: { view: SourceControlView }): JSX.Element {
  const choice = choices.find(({ id }) => id === form.api)
  return (
    <p class="field">
      <label for="key" safe>
        {choice?.keyLabel ?? 'Key'}
      </label>
      <input id="key" name="key" type="password" maxlength="500" autocomplete="off" aria-describedby="key-hint" />
      <small id="key-hint">
        <span safe>
          {choice === undefined ? 'Sealed as it comes in and never shown again.' : `${choice.keyHint}. Sealed as it comes in and never shown again.`}
        </span>
        {current?.hasKey === true && ' One is set; leave this empty to keep it.'}
      </small>
    </p>
  )
}

function Also({ view: { source, current, canImport } }: { view: SourceControlView }): JSX.Element {
  return (
    <div class="also">
      {canImport && (
        <form method="post" action={attr(paths.sourceControl(source, 'import'))}>
          <button type="submit">Import its sessions</button>
        </form>
      )}
      <details class="ask">
        <summary class="button">Disconnect…</summary>
        <form method="post" action={attr(paths.sourceControl(source, 'remove'))}>
          <p>Address and key are forgotten. Webhooks go on as before.</p>
          <button type="submit" class="danger">
            Disconnect the API
          </button>
        </form>
      </details>
      {current !== null && (
        <small>
          Entered <Moment at={current.updatedAt} />
        </small>
      )}
    </div>
  )
}
