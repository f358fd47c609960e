import { Elysia } from 'elysia'
import type { Config } from '../../config'
import { AppError } from '../../domain/error'
import type { DecodeAgain } from '../../ingest/decode-again'
import { json } from '../answers'
import type { Auth } from '../auth/auth'
import type { Context, Gate } from '../gate'
import type { Live } from '../live/live'
import { urlOf } from '../plugins/request-url'
import { createAccess } from './access'
import { type AdminRoutesDeps, adminRoutes } from './admin'
import { allowOrigin } from './cors'
import { docsPage } from './docs'
import { eventRoutes } from './events'
import { openApiOf } from './openapi'
import { replayRoutes } from './replays'
import { type ApiRoute, readJson, readQuery } from './route'
import { sessionRoutes } from './sessions'
import { type ControlRoutesDeps, sessionControlRoutes } from './sessions-control'
import { sourceControlRoutes } from './source-control'
import { streamRoutes } from './stream'

export interface ApiDeps extends AdminRoutesDeps, ControlRoutesDeps {
  live: Live
  auth: Auth
  decodeAgain: DecodeAgain
  config: Pick<Config, 'publicUrl' | 'corsOrigins'>
}

/** Every route of the JSON API, in the order of its documentation. */
export function apiRoutes(deps: ApiDeps): ApiRoute[] {
  return [
    ...sessionRoutes(deps),
    ...sessionControlRoutes(deps),
    ...eventRoutes(deps),
    ...replayRoutes(deps),
    ...streamRoutes(deps),
    ...adminRoutes(deps),
    ...sourceControlRoutes(deps),
  ]
}

export function api(deps: ApiDeps, gate: Gate) {
  const { corsOrigins, publicUrl } = deps.config
  const routes = apiRoutes(deps)
  const document = openApiOf(routes, publicUrl)
  const docs = docsPage(routes, publicUrl)
  const admit = createAccess(deps)
  const finish = (request: Request, response: Response) => gate.seal(request, allowOrigin(response, request, corsOrigins))

  const answer = (route: ApiRoute) => async (context: Context) => {
    const { request } = context
    try {
      const client = await admit(request, gate.clientAddress(request, context.server), route.scope)
      const url = urlOf(request)
      const params = Object.fromEntries(Object.entries(context.params ?? {}).map(([name, value]) => [name, value ?? '']))
      return finish(request, await route.handle({ context, client, url, params, query: readQuery(route, url), body: await readJson(route, request) }))
    } catch (cause) {
      return allowOrigin(gate.fail(request, cause), request, corsOrigins)
    }
  }

  const app = new Elysia({ name: 'api' })
    .get('/api/v1/openapi.json', ({ request }) => finish(request, json(document, { accepts: request.headers.get('accept-encoding') })))
    .get('/api/docs', ({ request }) => gate.seal(request, docs(request)))
    .options('/api/v1/*', ({ request }) => finish(request, new Response(null, { status: 204 })))
  for (const route of routes) app.route(route.method, route.path, answer(route), { parse: 'none' })
  return app.all('/api/v1/*', ({ request }) =>
    allowOrigin(gate.fail(request, new AppError('not_found', 'There is no such route: see /api/docs')), request, corsOrigins),
  )
}
