import { Html } from '@elysiajs/html'
import { attr } from '../format'
import { paths } from '../paths'
import { ownerOptions } from './details'
import { ProofField, SelectField, TextField } from './fields'
import type { ProofChoice, SourceView } from './model'

interface Allowed {
  staleAfterMs: number | null
  qrExpiresAfterMs: number | null
  connectingTimeoutMs: number | null
}

interface Choices {
  providers: readonly { id: string; label: string }[]
  owners: readonly { id: string; name: string }[]
  proofs: readonly ProofChoice[]
  /** The id of the chosen one. */
  proof: string
}

/** One number; null = the usual, which is told beside it. */
export interface Silence {
  name: string
  label: string
  value: number | null
  usual: number
}

export interface SettingsView extends Choices {
  silences: readonly Silence[]
}

/** The allowances in the units of the form; it posts them back under the same names. */
export const SILENCES = [
  { name: 'staleAfter', of: 'staleAfterMs', unitMs: 60_000, label: 'Connected and silent, minutes' },
  { name: 'qrExpiresAfter', of: 'qrExpiresAfterMs', unitMs: 1_000, label: 'A QR code holds, seconds' },
  { name: 'connectingTimeout', of: 'connectingTimeoutMs', unitMs: 1_000, label: 'Connecting, seconds' },
] as const

export function silencesOf(own: Allowed, usual: { [K in keyof Allowed]: number }): Silence[] {
  const shown = (ms: number | null, unitMs: number) => (ms === null ? null : inUnits(ms, unitMs))
  return SILENCES.map(({ name, of, unitMs, label }) => ({ name, label, value: shown(own[of], unitMs), usual: inUnits(usual[of], unitMs) }))
}

/** As a field shows it, which takes no fractions and no zero. */
export function inUnits(ms: number, unitMs: number): number {
  return Math.max(1, Math.round(ms / unitMs))
}

export function settingsOf(own: Allowed, usual: { [K in keyof Allowed]: number }, choices: Choices): SettingsView {
  return { ...choices, silences: silencesOf(own, usual) }
}

export function SilenceFields({ silences }: { silences: readonly Silence[] }): JSX.Element {
  return (
    <>
      {silences.map(({ name, label, value, usual }) => (
        <TextField name={name} type="number" label={label} value={value === null ? '' : String(value)} placeholder={String(usual)} />
      ))}
    </>
  )
}

/** All that an admin sets of a source. The short name stays: senders know it. */
export function SettingsCard({ source, settings }: { source: SourceView; settings: SettingsView }): JSX.Element {
  return (
    <details class="card fold" id="settings">
      <summary>Settings</summary>
      <form method="post" action={attr(paths.source(source.slug))} class="source-form">
        <TextField name="label" label="Name" value={source.label} required maxlength={100} />
        <SelectField name="provider" label="Sender" value={source.provider.id} options={settings.providers} />
        <SelectField name="owner" label="Who answers for its sessions" value={source.owner?.id ?? ''} options={ownerOptions(settings.owners)} />
        <ProofField choices={settings.proofs} value={settings.proof} />
        <details>
          <summary>How long a silence is allowed</summary>
          <SilenceFields silences={settings.silences} />
        </details>
        <p class="acts">
          <button type="submit">Save</button>
        </p>
      </form>
    </details>
  )
}

/** Asks once more, without a script. */
export function DeleteCard({ source }: { source: SourceView }): JSX.Element {
  return (
    <details class="card fold delete-source">
      <summary>Delete this source</summary>
      <p class="soft">Its secrets go at once and its webhook URL answers 404. What it has sent stays until retention drops it.</p>
      <form method="post" action={attr(paths.deleteSource(source.slug))}>
        <TextField name="slug" label={`Type ${source.slug} to delete it`} required pattern={source.slug} />
        <button type="submit" class="danger">
          Delete
        </button>
      </form>
    </details>
  )
}
