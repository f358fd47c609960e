import { Html } from '@elysiajs/html'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { ChooseSenderPage } from '../../../views/sources/choose'
import { SourceDetailsPage, type SourceDetailsPageProps } from '../../../views/sources/details'
import { AppError } from '../../domain/error'
import { findProvider, PROVIDERS } from '../../providers'
import { listOperatorNames } from '../../store/operators'
import { createSource } from '../../store/sources'
import { html } from '../answers'
import type { MemberVisit } from '../gate'
import { findSourceOf, providerLabel } from '../source-board'
import { bestProof, chosenSchemes, proofChoices } from '../source-proofs'
import { connectPage, type SourcePagesDeps } from './sources'

/** Step one, or with `?provider=` step two. */
export async function showAddSource(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const provider = visit.url.searchParams.get('provider')
  if (provider !== null && isSender(provider)) return detailsPage(deps, visit, provider, suggested(deps, provider))
  const sessions = await deps.board.sessions()
  const senders = PROVIDERS.map(({ id, label }) => ({ id, label, best: bestProof(id) }))
  return html(toDocument(<ChooseSenderPage operator={visit.login.operator} worst={worstOf(sessions)} senders={senders} />))
}

/** Makes it, and answers with step three: not a redirect, because the secret is shown in this answer and nowhere else. */
export async function addSource(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const form = await visit.form()
  const field = (name: string) => form.get(name)?.trim() ?? ''
  const provider = field('provider')
  if (!isSender(provider)) throw new AppError('invalid', 'Choose which sender shall post')
  const given = { label: field('label'), slug: field('slug'), owner: field('owner'), proof: field('proof') }
  try {
    if (given.label === '' || given.label.length > 100) throw new AppError('invalid', 'The name needs 1 to 100 characters')
    const ownerId = await ownerOf(deps, given.owner)
    const input = { slug: given.slug, label: given.label, provider, ownerId, schemes: chosenSchemes(given.proof, null) }
    const made = await createSource(deps.write, deps.vault, input, deps.now(), field('secret') || undefined)
    await deps.sources.refresh()
    return await connectPage(deps, visit, findSourceOf(deps, given.slug), made.secret?.value ?? null, 201)
  } catch (cause) {
    if (!(cause instanceof AppError) || (cause.code !== 'invalid' && cause.code !== 'conflict')) throw cause
    return detailsPage(deps, visit, provider, given, cause)
  }
}

/** @throws AppError `invalid` for somebody who is no operator. */
export async function ownerOf({ sql }: Pick<SourcePagesDeps, 'sql'>, id: string): Promise<string | null> {
  if (id === '') return null
  if (!(await listOperatorNames(sql)).some((operator) => operator.id === id)) throw new AppError('invalid', 'Choose an operator of the list')
  return id
}

export function isSender(provider: string): boolean {
  return provider === 'auto' || findProvider(provider) !== undefined
}

async function detailsPage(
  deps: SourcePagesDeps,
  { login }: MemberVisit,
  provider: string,
  given: SourceDetailsPageProps['given'],
  refused?: AppError,
): Promise<Response> {
  const [sessions, owners] = await Promise.all([deps.board.sessions(), listOperatorNames(deps.sql)])
  const page = (
    <SourceDetailsPage
      operator={login.operator}
      worst={worstOf(sessions)}
      provider={{ id: provider, label: providerLabel(provider) }}
      proofs={proofChoices(provider).choices}
      owners={owners}
      given={given}
      {...(refused && { error: refused.message })}
    />
  )
  return html(toDocument(page), { status: refused ? (refused.code === 'conflict' ? 409 : 400) : 200 })
}

/** A short name that is free: `waha`, then `waha-2`. */
function suggested({ sources }: SourcePagesDeps, provider: string): SourceDetailsPageProps['given'] {
  const base = provider === 'auto' ? 'sender' : provider
  let slug = base
  for (let next = 2; sources.find(slug); next++) slug = `${base}-${next}`
  const label = provider === 'auto' ? '' : providerLabel(provider)
  return { label, slug, owner: '', proof: 'own' }
}
