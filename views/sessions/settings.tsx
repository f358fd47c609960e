import { Html } from '@elysiajs/html'
import type { SessionRecord } from '../../src/domain/records'
import { attr } from '../format'
import { paths } from '../paths'
import { ownerOptions } from '../sources/details'
import { SelectField } from '../sources/fields'
import { type Silence, SilenceFields } from '../sources/settings'

export interface SessionSettingsView {
  ownerId: string | null
  owners: readonly { id: string; name: string }[]
  /** The session's own; the usual ones are its source's. */
  silences: readonly Silence[]
  /** Why what was sent is not saved. */
  error?: string
}

/** What an admin sets of a session; all else follows from its events. Beside what moves live, so that nothing is swapped while somebody types. */
export function SessionSettings({ session, settings }: { session: SessionRecord; settings: SessionSettingsView }): JSX.Element {
  return (
    <details class="card fold" id="settings" open={settings.error !== undefined}>
      <summary>Settings</summary>
      {settings.error !== undefined && (
        <p class="error problem" role="alert" safe>
          {settings.error}
        </p>
      )}
      <form method="post" action={attr(paths.session(session.source, session.name))} class="source-form">
        <SelectField name="owner" label="Who answers for it" value={settings.ownerId ?? ''} options={ownerOptions(settings.owners)} />
        <fieldset>
          <legend>How long a silence is allowed; empty is as its source has it</legend>
          <div class="pair">
            <SilenceFields silences={settings.silences} />
          </div>
        </fieldset>
        <p class="acts">
          <button type="submit">Save</button>
        </p>
      </form>
    </details>
  )
}
