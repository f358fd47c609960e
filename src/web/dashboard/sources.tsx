import { Html } from '@elysiajs/html'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { ConnectPage } from '../../../views/sources/connect'
import { SourcesPage } from '../../../views/sources/index'
import type { SecretsView } from '../../../views/sources/model'
import { type SettingsView, settingsOf } from '../../../views/sources/settings'
import { SourcePage, type SourcePageProps } from '../../../views/sources/show'
import type { Instant } from '../../domain/event'
import { adviceOf, isLive, rotationOf } from '../../domain/rotation'
import type { Allowances } from '../../domain/staleness'
import type { DecodeAgain } from '../../ingest/decode-again'
import { PROVIDERS } from '../../providers'
import { listOperatorNames } from '../../store/operators'
import { DEFAULT_SLUG, type Source } from '../../store/sources'
import { html } from '../answers'
import { hasRole } from '../auth/roles'
import type { MemberVisit } from '../gate'
import { findSourceOf, listLost, listSourceViews, providerLabel, type SourceBoardDeps, sourceNow, webhookUrlOf } from '../source-board'
import { proofChoices } from '../source-proofs'
import { loadSourceControl, type SourceControlPagesDeps } from './source-control'

export interface SourcePagesDeps extends SourceBoardDeps, Pick<SourceControlPagesDeps, 'vault' | 'write'> {
  allowances: Allowances
  decodeAgain: DecodeAgain
}

export async function showSources(deps: SourcePagesDeps, { request, login }: MemberVisit): Promise<Response> {
  await deps.sources.refresh()
  const [sources, lost, sessions] = await Promise.all([listSourceViews(deps), listLost(deps), deps.board.sessions()])
  const page = <SourcesPage operator={login.operator} worst={worstOf(sessions)} sources={sources} lost={lost} now={deps.now()} />
  return html(toDocument(page), { accepts: request.headers.get('accept-encoding') })
}

export async function showSource(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  await deps.sources.refresh()
  return sourcePage(deps, visit, findSourceOf(deps, visit.params.slug))
}

export type Said = Pick<SourcePageProps, 'madeSecret' | 'done' | 'error'>

/** The page of a source, with what came of a request. */
export async function sourcePage(deps: SourcePagesDeps, { request, login }: MemberVisit, source: Source, said: Said = {}, status = 200): Promise<Response> {
  const isAdmin = hasRole(login.operator.role, 'admin')
  const [about, sessions, settings, control] = await Promise.all([
    sourceNow(deps, source),
    deps.board.sessions(),
    isAdmin ? loadSettings(deps, source) : null,
    isAdmin ? loadSourceControl(deps, source) : null,
  ])
  const page = (
    <SourcePage
      operator={login.operator}
      worst={worstOf(sessions)}
      about={about}
      admin={settings && control && { settings, control, secrets: secretsOf(source, deps.now()), isDefault: source.slug === DEFAULT_SLUG }}
      {...said}
      now={deps.now()}
    />
  )
  return html(toDocument(page), { status, accepts: request.headers.get('accept-encoding') })
}

export async function showConnect(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  await deps.sources.refresh()
  return connectPage(deps, visit, findSourceOf(deps, visit.params.slug), null)
}

/** @param secret the one that was made just now; it stands in the lines to copy, this once. */
export async function connectPage(
  deps: SourcePagesDeps,
  { request, login }: MemberVisit,
  source: Source,
  secret: string | null,
  status = 200,
): Promise<Response> {
  const [about, sessions] = await Promise.all([sourceNow(deps, source), deps.board.sessions()])
  const fill = { webhookUrl: webhookUrlOf(deps.publicUrl, source.slug), secret }
  const ids = source.provider === 'auto' ? PROVIDERS.map(({ id }) => id) : [source.provider]
  const guides = ids.flatMap((id) => {
    const guide = deps.guides.of(id, fill)
    return guide ? [{ id, label: providerLabel(id), guide }] : []
  })
  const page = <ConnectPage operator={login.operator} worst={worstOf(sessions)} about={about} guides={guides} secret={secret} now={deps.now()} />
  return html(toDocument(page), { status, accepts: request.headers.get('accept-encoding') })
}

async function loadSettings({ sql, allowances }: SourcePagesDeps, source: Source): Promise<SettingsView> {
  const { choices, chosen } = proofChoices(source.provider, source.schemes)
  const providers = ['auto', ...PROVIDERS.map(({ id }) => id)].map((id) => ({ id, label: providerLabel(id) }))
  return settingsOf(source, allowances, { providers, owners: await listOperatorNames(sql), proofs: choices, proof: chosen })
}

/** Told apart by their last characters; short ones not even by those. */
function secretsOf(source: Source, now: Instant): SecretsView {
  const live = source.secrets.filter((secret) => isLive(secret, now))
  const rotation = rotationOf(live, now)
  return {
    live: live.map(({ value, ...secret }) => ({
      ...secret,
      hint: value.length >= 16 ? `…${value.slice(-4)}` : '…',
      part: rotation === null ? null : secret.id === rotation.previous.id ? 'old' : 'new',
    })),
    rotation: rotation && { state: rotation.state, advice: adviceOf(rotation, now) },
  }
}
