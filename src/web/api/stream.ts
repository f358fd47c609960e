import { Type as t } from '@sinclair/typebox'
import type { Live } from '../live/live'
import { streamResponse } from '../live/stream'
import { type ApiRoute, route } from './route'
import { getSession, type SessionRoutesDeps } from './sessions'

export function streamRoutes(deps: SessionRoutesDeps & { live: Live }): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/stream',
      scope: 'read',
      summary: 'Changes as Server-Sent Events with JSON; resumes after Last-Event-ID, or says `resync`',
      query: t.Object({ topic: t.String({ description: 'sessions, events, or session:<source>/<sessionId>' }) }),
      answers: {
        200: { description: 'Messages `session`, `event` and `resync`', types: ['text/event-stream'] },
        404: { description: 'There is no such topic or session' },
      },
      async handle({ context, query }) {
        const topic = await topicOf(deps, query.topic)
        return streamResponse(context.request, (lastId) => deps.live.openJson(topic, lastId))
      },
    }),
  ]
}

/** Users know sessions by source and name, streams by id. */
async function topicOf(deps: SessionRoutesDeps, asked: string): Promise<string> {
  const named = /^session:([^/]+)\/(.+)$/.exec(asked)
  if (!named) return asked
  return `session:${(await getSession(deps, { source: named[1] as string, sessionId: named[2] as string })).id}`
}
