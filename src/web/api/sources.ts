import { Type as t } from '@sinclair/typebox'
import { AppError } from '../../domain/error'
import { findProvider, PROVIDERS } from '../../providers'
import { readSchemes } from '../../signing/scheme-shape'
import { findOperatorId } from '../../store/operators'
import { startRotation, withdrawSecret } from '../../store/secrets'
import { createSource, deleteSource, updateSource } from '../../store/sources'
import { json } from '../answers'
import { type ApiRoute, route } from './route'
import { pageOf } from './schemas'
import { sessionSettingsRoutes } from './session-settings'
import { sourceNoteRoutes } from './source-notes'
import { type SourceRoutesDeps, sourceOf } from './source-of'
import { MadeSecret, MadeSource, NewSecret, NewSource, rotationJson, Source, SourceChange, sourceJson } from './source-shapes'

const OfSlug = t.Object({ slug: t.String() })
const OfSecret = t.Object({ slug: t.String(), id: t.String() })
const NOT_FOUND = { 404: { description: 'There is no such source' } }
const gone = () => new Response(null, { status: 204 })

export function sourceRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  return [...readRoutes(deps), ...changeRoutes(deps), ...secretRoutes(deps), ...sourceNoteRoutes(deps), ...sessionSettingsRoutes(deps)]
}

function readRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/sources',
      scope: 'admin',
      summary: 'Lists sources, their secrets masked',
      answers: { 200: { description: 'All sources', schema: pageOf(Source) } },
      handle: () => json({ data: deps.sources.list().map((source) => sourceJson(source, deps.publicUrl, deps.now())), next: null }),
    }),
    route({
      method: 'GET',
      path: '/api/v1/sources/:slug',
      scope: 'admin',
      summary: 'Shows a source, its secrets masked, and how far its rotation has come',
      params: OfSlug,
      answers: { 200: { description: 'The source', schema: Source }, ...NOT_FOUND },
      handle: async ({ params }) => json(sourceJson(await sourceOf(deps, params.slug), deps.publicUrl, deps.now())),
    }),
  ]
}

function changeRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  const { write, vault, sources, now, publicUrl } = deps
  return [
    route({
      method: 'POST',
      path: '/api/v1/sources',
      scope: 'admin',
      summary: 'Makes a source with its first secret, which is shown this once',
      body: NewSource,
      answers: { 201: { description: 'The source', schema: MadeSource }, 409: { description: 'The slug is taken' } },
      async handle({ body: { slug, label = slug, secret, ...settings } }) {
        const input = { slug, label, provider: 'auto', ...(await checked(deps, settings)) }
        const made = await createSource(write, vault, input, now(), secret)
        return json({ source: sourceJson(await sourceOf(deps, slug), publicUrl, now()), secret: made.secret }, { status: 201 })
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/sources/:slug',
      scope: 'admin',
      summary: 'Changes what is given of a source; null goes back to the default',
      params: OfSlug,
      body: SourceChange,
      answers: { 200: { description: 'The source as it is now', schema: Source }, ...NOT_FOUND },
      async handle({ params, body }) {
        const source = await sourceOf(deps, params.slug)
        await updateSource(write, source.id, { ...source, ...(await checked(deps, body)) })
        return json(sourceJson(await sourceOf(deps, params.slug), publicUrl, now()))
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/sources/:slug',
      scope: 'admin',
      summary: 'Deletes a source and its secrets; what it sent stays until retention drops it',
      params: OfSlug,
      answers: { 204: { description: 'It is gone' }, 409: { description: 'The default source stays' }, ...NOT_FOUND },
      async handle({ params }) {
        await deleteSource(write, (await sourceOf(deps, params.slug)).id)
        await sources.refresh()
        return gone()
      },
    }),
  ]
}

/** @throws AppError `invalid` for a provider or operator that we do not know, and for schemes that cannot be. */
async function checked<S extends { provider?: string; schemes?: unknown; ownerId?: string | null }>({ sql }: Pick<SourceRoutesDeps, 'sql'>, settings: S) {
  const { provider, schemes, ownerId, ...rest } = settings
  if (provider !== undefined && provider !== 'auto' && !findProvider(provider)) {
    throw new AppError('invalid', `body/provider: auto, ${PROVIDERS.map(({ id }) => id).join(', ')}`)
  }
  return {
    ...rest,
    ...(provider !== undefined && { provider }),
    ...(ownerId !== undefined && { ownerId: ownerId && (await findOperatorId(sql, ownerId)) }),
    ...(schemes !== undefined && { schemes: schemes === null ? null : readSchemes(schemes) }),
  }
}

function secretRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  const { write, vault, sources, now } = deps
  return [
    route({
      method: 'POST',
      path: '/api/v1/sources/:slug/secrets',
      scope: 'admin',
      summary: 'Adds the secret that senders shall be moved to, shown this once; the old one lives on',
      params: OfSlug,
      body: NewSecret,
      answers: { 201: { description: 'The secret', schema: MadeSecret }, 409: { description: 'Two are live: retire the old one first' }, ...NOT_FOUND },
      async handle({ params, body }) {
        const made = await startRotation(write, vault, (await sourceOf(deps, params.slug)).id, now(), body)
        return json({ ...made, rotation: rotationJson((await sourceOf(deps, params.slug)).secrets, now()) }, { status: 201 })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/sources/:slug/secrets/:id',
      scope: 'admin',
      summary: "Retires a secret at once; the source's `rotation` says when the old one is needed no more",
      params: OfSecret,
      query: t.Object({ force: t.Optional(t.Boolean({ description: 'true retires even the last live one' })) }),
      answers: {
        204: { description: 'It proves nothing any more' },
        404: { description: 'There is no such live secret' },
        409: { description: 'It is the last one' },
      },
      async handle({ params, query }) {
        await withdrawSecret(write, await sourceOf(deps, params.slug), params.id ?? '', now(), query.force)
        await sources.refresh()
        return gone()
      },
    }),
  ]
}
