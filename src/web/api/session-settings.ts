import { findOperatorId } from '../../store/operators'
import { changeSessionSettings } from '../../store/session-settings'
import { type ApiRoute, route } from './route'
import { SessionParams } from './schemas'
import { getSession } from './sessions'
import type { SourceRoutesDeps } from './source-of'
import { SessionChange } from './source-shapes'

/** Where the session itself is told: what it is, follows from its events; who answers for it and how long it may be silent, an operator says. */
export function sessionSettingsRoutes(deps: SourceRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'PATCH',
      path: '/api/v1/sessions/:source/:sessionId',
      scope: 'admin',
      summary: 'Changes who answers for a session and how long it may be silent, as far as given; null is nobody, and as its source has it',
      params: SessionParams,
      body: SessionChange,
      answers: { 204: { description: 'It counts from now on' }, 404: { description: 'There is no such session' } },
      async handle({ params, body: { ownerId, ...allowances } }) {
        const session = await getSession(deps, params)
        const owner = ownerId === undefined ? {} : { ownerId: ownerId && (await findOperatorId(deps.sql, ownerId)) }
        await changeSessionSettings(deps.write, session.id, { ...allowances, ...owner })
        return new Response(null, { status: 204 })
      },
    }),
  ]
}
