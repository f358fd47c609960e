import { Type as t } from '@sinclair/typebox'
import { AppError } from '../../domain/error'
import { proposalOf } from '../../domain/recognition'
import { findProvider, PROVIDERS } from '../../providers'
import { forgetMismatches, listMismatches, listSightings } from '../../store/source-notes'
import { confirmProvider, type Source as SourceRecord } from '../../store/sources'
import { json } from '../answers'
import { type ApiRoute, route } from './route'
import { pageOf } from './schemas'
import { type SourceRoutesDeps, sourceOf } from './source-of'
import { Mismatch, mismatchJson, Recognition, Source, sightingJson, sourceJson } from './source-shapes'

const OfSlug = t.Object({ slug: t.String() })
const NOT_FOUND = { 404: { description: 'There is no such source' } }
const gone = () => new Response(null, { status: 204 })

/** What a source heard, and where names differed. */
export function sourceNoteRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  const { sql, write } = deps
  const recognitionOf = async ({ id, provider }: SourceRecord) => {
    const sightings = await listSightings(sql, id)
    return { provider, proposal: provider === 'auto' ? proposalOf(sightings) : null, sightings: sightings.map(sightingJson) }
  }
  return [
    route({
      method: 'GET',
      path: '/api/v1/sources/:slug/recognition',
      scope: 'admin',
      summary: 'Says whose deliveries a source of the provider auto got',
      params: OfSlug,
      answers: { 200: { description: 'What was seen, and what follows from it', schema: Recognition }, ...NOT_FOUND },
      handle: async ({ params }) => json(await recognitionOf(await sourceOf(deps, params.slug))),
    }),
    route({
      method: 'POST',
      path: '/api/v1/sources/:slug/recognition',
      scope: 'admin',
      summary: 'Confirms the provider of a source that was set to auto; how its deliveries prove themselves stays as it was',
      params: OfSlug,
      body: t.Object({ provider: t.String({ description: "the provider's id" }) }, { additionalProperties: false }),
      answers: { 200: { description: 'The source as it is now', schema: Source }, 409: { description: 'It has a provider' }, ...NOT_FOUND },
      async handle({ params, body }) {
        if (!findProvider(body.provider)) throw new AppError('invalid', `body/provider: ${PROVIDERS.map(({ id }) => id).join(', ')}`)
        await confirmProvider(write, (await sourceOf(deps, params.slug)).id, body.provider)
        return json(sourceJson(await sourceOf(deps, params.slug), deps.publicUrl, deps.now()))
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/sources/:slug/mismatches',
      scope: 'admin',
      summary: 'Lists deliveries whose URL named another session than their body, the latest first',
      params: OfSlug,
      answers: { 200: { description: 'All that are kept', schema: pageOf(Mismatch) }, ...NOT_FOUND },
      handle: async ({ params }) => json({ data: (await listMismatches(sql, (await sourceOf(deps, params.slug)).id)).map(mismatchJson), next: null }),
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/sources/:slug/mismatches',
      scope: 'admin',
      summary: "Puts them away, for instance after the sender's URL was corrected",
      params: OfSlug,
      answers: { 204: { description: 'They are gone' }, ...NOT_FOUND },
      async handle({ params }) {
        await forgetMismatches(write, (await sourceOf(deps, params.slug)).id)
        return gone()
      },
    }),
  ]
}
