import { Type as t } from '@sinclair/typebox'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import { type EventQuery, searchEvents } from '../../store/events-read'
import { readInstant } from '../dashboard/event-search'
import { exportEvents } from './export'
import { type ApiRoute, route } from './route'
import { Cursor, Event, Limit, pageOf } from './schemas'
import { pageJson, type SessionRoutesDeps } from './sessions'
import { eventJson } from './shapes'

const TIME = 'An RFC 3339 time, a date, or how long ago: 30m, 2h, 7d'

export function eventRoutes({ sql, now }: SessionRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/events',
      scope: 'read',
      summary: 'Searches events, newest first; exports all that match as NDJSON or CSV when Accept asks for it',
      query: t.Object({
        source: t.Optional(t.String()),
        session: t.Optional(t.String()),
        type: t.Optional(t.String({ description: 'A type, or a family such as message.*', maxLength: 100 })),
        since: t.Optional(t.String({ description: TIME })),
        until: t.Optional(t.String({ description: TIME })),
        q: t.Optional(t.String({ maxLength: 200, description: 'Text of the message, its chat or id' })),
        limit: Limit,
        cursor: Cursor,
      }),
      answers: { 200: { description: 'A page of events, or the whole export', schema: pageOf(Event), types: ['application/x-ndjson', 'text/csv'] } },
      async handle({ context, query }) {
        const { since, until, limit = 100, cursor, ...rest } = query
        const asked: EventQuery = { ...rest, limit, cursor: cursor ?? null, ...readTime('since', since, now()), ...readTime('until', until, now()) }
        const accept = context.request.headers.get('accept') ?? ''
        if (accept.includes('application/x-ndjson')) return exportEvents(sql, asked, 'ndjson')
        if (accept.includes('text/csv')) return exportEvents(sql, asked, 'csv')
        return pageJson(await searchEvents(sql, asked), eventJson)
      },
    }),
  ]
}

function readTime<N extends 'since' | 'until'>(name: N, text: string | undefined, now: Instant): { [K in N]?: Instant } {
  if (text === undefined) return {}
  const at = readInstant(text, now)
  if (at === null) throw new AppError('invalid', `query/${name}: ${TIME}`)
  return { [name]: at } as { [K in N]: Instant }
}
