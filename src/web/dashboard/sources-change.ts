import { AppError } from '../../domain/error'
import { startRotation, withdrawSecret } from '../../store/secrets'
import { forgetMismatches } from '../../store/source-notes'
import { confirmProvider, deleteSource, type Source, type SourceInput, updateSource } from '../../store/sources'
import { redirect } from '../answers'
import type { MemberVisit } from '../gate'
import { findSourceOf, providerLabel } from '../source-board'
import { chosenSchemes } from '../source-proofs'
import { readSilences } from './silences'
import { type Said, type SourcePagesDeps, sourcePage } from './sources'
import { isSender, ownerOf } from './sources-add'

export function changeSource(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    await updateSource(deps.write, source.id, await readSettings(deps, source, await visit.form()))
    return { done: 'Saved.' }
  })
}

/** The new secret is shown in this answer and nowhere else. */
export function rotateSecret(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    const value = (await visit.form()).get('value') || undefined
    const made = await startRotation(deps.write, deps.vault, source.id, deps.now(), { value })
    return { madeSecret: made.value }
  })
}

export function retireSecret(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    await withdrawSecret(deps.write, source, visit.params.id ?? '', deps.now())
    return { done: 'The secret proves nothing any more.' }
  })
}

export function confirmSender(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    const provider = (await visit.form()).get('provider') ?? ''
    if (provider === 'auto' || !isSender(provider)) throw new AppError('invalid', 'Choose a sender of the list')
    await confirmProvider(deps.write, source.id, provider)
    return { done: `Its sender is ${providerLabel(provider)}.` }
  })
}

export function forgetSourceMismatches(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    await forgetMismatches(deps.write, source.id)
    return { done: 'Forgotten; they come back if it goes on.' }
  })
}

export function removeSource(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return attempt(deps, visit, async (source) => {
    if ((await visit.form()).get('slug')?.trim() !== source.slug) throw new AppError('invalid', `Type ${source.slug} to delete this source`)
    await deleteSource(deps.write, source.id)
    await deps.sources.refresh()
    return redirect('/sources')
  })
}

/** Does it, and shows the source as it then is; a refusal is told on the same page. */
async function attempt(deps: SourcePagesDeps, visit: MemberVisit, work: (source: Source) => Promise<Said | Response>): Promise<Response> {
  const slug = visit.params.slug
  await deps.sources.refresh()
  const source = findSourceOf(deps, slug)
  try {
    const said = await work(source)
    if (said instanceof Response) return said
    await deps.sources.refresh()
    return await sourcePage(deps, visit, findSourceOf(deps, slug), said)
  } catch (cause) {
    if (!(cause instanceof AppError) || (cause.code !== 'invalid' && cause.code !== 'conflict')) throw cause
    return sourcePage(deps, visit, source, { error: cause.message }, cause.code === 'conflict' ? 409 : 400)
  }
}

async function readSettings(deps: SourcePagesDeps, source: Source, form: URLSearchParams): Promise<Omit<SourceInput, 'slug'>> {
  const field = (name: string) => form.get(name)?.trim() ?? ''
  const label = field('label')
  if (label === '' || label.length > 100) throw new AppError('invalid', 'The name needs 1 to 100 characters')
  const provider = field('provider')
  if (!isSender(provider)) throw new AppError('invalid', 'Choose a sender of the list')
  const schemes = chosenSchemes(field('proof'), source.schemes)
  return { label, provider, schemes, ownerId: await ownerOf(deps, field('owner')), ...readSilences(form, source) }
}
