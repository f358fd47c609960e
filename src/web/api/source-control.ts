import { Type as t } from '@sinclair/typebox'
import { AppError } from '../../domain/error'
import type { SourceBook } from '../../store/source-book'
import { findSourceControl } from '../../store/source-controls'
import type { Source } from '../../store/sources'
import { json } from '../answers'
import { importFrom, removeControl, type SourceControlDeps, saveControl, testControl } from '../source-control'
import { type ApiRoute, route } from './route'
import { Instant } from './schemas'
import { time } from './shapes'

export interface SourceControlRoutesDeps extends SourceControlDeps {
  sources: Pick<SourceBook, 'find' | 'refresh'>
}

const PATH = '/api/v1/sources/:slug/control'
const OfSlug = t.Object({ slug: t.String() })
const Control = t.Object(
  { api: t.String(), baseUrl: t.String(), hasKey: t.Boolean({ description: 'The key itself is never shown' }), updatedAt: Instant },
  { $id: 'SourceControl', additionalProperties: false },
)
const NewControl = t.Object(
  {
    api: t.String({ maxLength: 50, description: 'Which API it is: docs/control.md lists them' }),
    baseUrl: t.String({ maxLength: 500, description: 'http or https, as this server reaches it' }),
    key: t.Optional(t.String({ maxLength: 500, description: 'Kept sealed; without it, the one that is set stays' })),
  },
  { $id: 'NewSourceControl', additionalProperties: false },
)
const Tested = t.Object({ ok: t.Boolean(), message: t.String() }, { $id: 'ControlTested', additionalProperties: false })
const Imported = t.Object({ found: t.Integer(), created: t.Integer(), updated: t.Integer() }, { $id: 'SessionsImported', additionalProperties: false })
const NO_SOURCE = { 404: { description: 'There is no such source, or it has no control API' } }

export function sourceControlRoutes(deps: SourceControlRoutesDeps): ApiRoute[] {
  return [...settingRoutes(deps), ...tryRoutes(deps)]
}

function settingRoutes(deps: SourceControlRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: PATH,
      scope: 'admin',
      summary: "Where a source's control API is",
      params: OfSlug,
      answers: { 200: { description: 'Without the key', schema: Control }, ...NO_SOURCE },
      handle: async ({ params }) => json(await controlJson(deps, await sourceOf(deps, params.slug))),
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'admin',
      summary: "Sets where a source's control API is, and its key",
      params: OfSlug,
      body: NewControl,
      answers: { 200: { description: 'As it is now', schema: Control }, ...NO_SOURCE },
      async handle({ params, body }) {
        const source = await sourceOf(deps, params.slug)
        await saveControl(deps, source, { ...body, key: body.key ?? '' })
        return json(await controlJson(deps, source))
      },
    }),
    route({
      method: 'DELETE',
      path: PATH,
      scope: 'admin',
      summary: 'Forgets address and key',
      params: OfSlug,
      answers: { 204: { description: 'They are gone' }, ...NO_SOURCE },
      async handle({ params }) {
        if (!(await removeControl(deps, await sourceOf(deps, params.slug)))) throw new AppError('not_found', 'This source has no control API')
        return new Response(null, { status: 204 })
      },
    }),
  ]
}

function tryRoutes(deps: SourceControlRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: `${PATH}/tests`,
      scope: 'admin',
      summary: 'Tries the connection that is set',
      params: OfSlug,
      answers: { 200: { description: 'Whether it works, in words', schema: Tested }, ...NO_SOURCE },
      async handle({ params }) {
        const source = await sourceOf(deps, params.slug)
        const { api, baseUrl } = await controlJson(deps, source)
        return json(await testControl(deps, source, { api, baseUrl, key: '' }))
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/imports`,
      scope: 'admin',
      summary: "Creates the sender's sessions here, with their status; doing it again creates nothing",
      params: OfSlug,
      answers: { 200: { description: 'What was found', schema: Imported }, ...NO_SOURCE, 502: { description: 'The sender did not list them' } },
      async handle({ params, client }) {
        const imported = await importFrom(deps, await sourceOf(deps, params.slug), { id: client.operatorId ?? client.id, name: client.name })
        if (!imported.ok) throw new AppError('bad_gateway', imported.message)
        return json(imported.value)
      },
    }),
  ]
}

async function sourceOf({ sources }: SourceControlRoutesDeps, slug: string | undefined): Promise<Source> {
  await sources.refresh()
  const source = sources.find(slug ?? '')
  if (!source) throw new AppError('not_found', 'There is no such source')
  return source
}

async function controlJson({ sql }: SourceControlRoutesDeps, source: Source) {
  const control = await findSourceControl(sql, source.id)
  if (!control) throw new AppError('not_found', 'This source has no control API')
  const { api, baseUrl, hasKey, updatedAt } = control
  return { api, baseUrl, hasKey, updatedAt: time(updatedAt) }
}
