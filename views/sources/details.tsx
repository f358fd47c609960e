import { Html } from '@elysiajs/html'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import type { Worst } from '../worst'
import { ProofField, SelectField, TextField } from './fields'
import type { ProofChoice } from './model'
import { Steps } from './steps'

export interface SourceDetailsPageProps {
  operator: Operator
  worst: Worst
  provider: { id: string; label: string }
  /** The first is the provider's own. */
  proofs: readonly ProofChoice[]
  owners: readonly { id: string; name: string }[]
  /** What was given before it was refused. */
  given: { label: string; slug: string; owner: string; proof: string }
  error?: string
}

export const SLUG_PATTERN = '[a-z0-9]([a-z0-9\\-]{0,61}[a-z0-9])?'

/** Step two of three: what it is called, who answers for it, how it proves itself. */
export function SourceDetailsPage({ operator, worst, provider, proofs, owners, given, error }: SourceDetailsPageProps): JSX.Element {
  return (
    <Page title="Add a source" worst={worst} operator={operator} path={paths.connect()} topic={null}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.sources()}>Sources</a>
        <a href={paths.connect()}>Add a source</a>
      </nav>
      <h1 safe>{provider.id === 'auto' ? 'A sender to be found out' : provider.label}</h1>
      <Steps at={2} />
      {error !== undefined && <Flash kind="error" message={error} />}
      <form class="card source-form" method="post" action={paths.connect()}>
        <input type="hidden" name="provider" value={attr(provider.id)} />
        <div class="pair">
          <TextField name="label" label="Name" value={given.label} required maxlength={100} hint="As people call it: “WAHA in Frankfurt”." />
          <TextField
            name="slug"
            label="Short name"
            value={given.slug}
            required
            pattern={SLUG_PATTERN}
            maxlength={63}
            hint="Part of its webhook URL, for good: lower-case letters, digits, dashes."
          />
        </div>
        <SelectField name="owner" label="Who answers for its sessions" value={given.owner} options={ownerOptions(owners)} />
        <ProofField choices={proofs} value={given.proof} />
        <fieldset class="secret-choice">
          <legend>Secret</legend>
          <p class="soft">Linekeeper makes one and shows it once, on the next page, in the very lines for your sender.</p>
          <details>
            <summary>Use one that the sender has already</summary>
            <TextField name="secret" label="Secret" hint="At least 16 characters. Leave it empty to have one made." />
          </details>
        </fieldset>
        <p class="acts">
          <button type="submit" class="main">
            Make the source
          </button>
        </p>
      </form>
    </Page>
  )
}

export function ownerOptions(owners: readonly { id: string; name: string }[]): { id: string; label: string }[] {
  return [{ id: '', label: 'nobody in particular' }, ...owners.map(({ id, name }) => ({ id, label: name }))]
}
