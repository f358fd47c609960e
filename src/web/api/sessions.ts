import { Type as t } from '@sinclair/typebox'
import type { Sql } from 'postgres'
import { AppError } from '../../domain/error'
import { type Instant, STATUSES, type Status } from '../../domain/event'
import type { SessionRecord } from '../../domain/records'
import type { Allowances } from '../../domain/staleness'
import { listSessionEvents } from '../../store/events-read'
import { listMessages } from '../../store/messages-read'
import type { Page } from '../../store/page'
import { findSession, listSessions } from '../../store/sessions-read'
import { listTransitions } from '../../store/transitions-read'
import { json } from '../answers'
import { matrixOf, qrPng, qrSvg } from '../qr'
import { type ApiRoute, route } from './route'
import { Cursor, Event, Health, Limit, Message, pageOf, Session, SessionParams, Transition } from './schemas'
import { eventJson, messageJson, sessionJson, transitionJson } from './shapes'

export interface SessionRoutesDeps {
  sql: Sql
  allowances: Allowances
  now(): Instant
  /** The session as it was at an instant; absent until somebody folds history. */
  sessionAsOf?(source: string, name: string, at: Instant): Promise<SessionRecord | undefined>
}

const BASE = '/api/v1/sessions/:source/:sessionId'
const PageQuery = t.Object({ limit: Limit, cursor: Cursor })

export function sessionRoutes(deps: SessionRoutesDeps): ApiRoute[] {
  const { sql, allowances, now } = deps
  return [
    route({
      method: 'GET',
      path: '/api/v1/sessions',
      scope: 'read',
      summary: 'Lists sessions by source and name',
      query: t.Object({
        status: t.Optional(t.String({ description: `One or more of ${STATUSES.join(', ')}, separated by commas` })),
        health: Health,
        source: t.Optional(t.String()),
        q: t.Optional(t.String({ maxLength: 200 })),
        limit: Limit,
        cursor: Cursor,
      }),
      answers: { 200: { description: 'A page of sessions', schema: pageOf(Session) } },
      async handle({ query }) {
        const { status, health, limit = 100, ...rest } = query
        const page = await listSessions(
          sql,
          { ...rest, limit, ...(status && { status: readStatuses(status) }), ...(health && { health: [health] }) },
          allowances,
          now(),
        )
        return pageJson(page, sessionJson)
      },
    }),
    route({
      method: 'GET',
      path: BASE,
      scope: 'read',
      summary: 'One session, now or as it was',
      params: SessionParams,
      query: t.Object({
        at: t.Optional(t.String({ format: 'date-time', description: 'as it was at this instant, a time with its zone such as 2026-07-28T12:30:01Z' })),
      }),
      answers: { 200: { description: 'The session', schema: Session }, 404: { description: 'There is no such session' } },
      async handle({ params, query }) {
        if (query.at === undefined) return json(sessionJson(await getSession(deps, params)))
        if (!deps.sessionAsOf) throw new AppError('invalid', 'query/at: looking back is not available here')
        const session = await deps.sessionAsOf(params.source as string, params.sessionId as string, Date.parse(query.at))
        if (!session) throw new AppError('not_found', 'There was no such session then')
        return json(sessionJson(session))
      },
    }),
    historyRoute(deps, 'events', 'Its events, newest first', Event, listSessionEvents, eventJson),
    historyRoute(deps, 'transitions', 'Its changes of status, newest first', Transition, listTransitions, transitionJson),
    historyRoute(deps, 'messages', 'Its messages, latest sent first', Message, listMessages, messageJson),
    ...(['svg', 'png'] as const).map((kind) =>
      route({
        method: 'GET',
        path: `${BASE}/qr.${kind}`,
        scope: 'read',
        summary: `The QR to scan, as ${kind.toUpperCase()}`,
        params: SessionParams,
        answers: {
          200: { description: 'The code, black on white with its quiet zone', types: [kind === 'svg' ? 'image/svg+xml' : 'image/png'] },
          404: { description: 'The session waits for no scan, or its sender gave no code' },
          410: { description: 'The code has expired: the sender makes the next one' },
        },
        handle: async ({ params }) => drawQr(await getSession(deps, params), kind, now()),
      }),
    ),
  ]
}

function historyRoute<T>(
  deps: SessionRoutesDeps,
  name: string,
  summary: string,
  schema: Parameters<typeof pageOf>[0],
  list: (sql: Sql, sessionId: string, options: { limit: number; cursor?: string | null }) => Promise<Page<T>>,
  toJson: (record: T) => unknown,
): ApiRoute {
  return route({
    method: 'GET',
    path: `${BASE}/${name}`,
    scope: 'read',
    summary,
    params: SessionParams,
    query: PageQuery,
    answers: { 200: { description: 'A page', schema: pageOf(schema) }, 404: { description: 'There is no such session' } },
    async handle({ params, query }) {
      const session = await getSession(deps, params)
      return pageJson(await list(deps.sql, session.id, { limit: query.limit ?? 100, cursor: query.cursor ?? null }), toJson)
    },
  })
}

export function pageJson<T>(page: Page<T>, toJson: (record: T) => unknown): Response {
  return json({ data: page.data.map(toJson), next: page.next })
}

/** @throws AppError `not_found` */
export async function getSession({ sql, allowances, now }: SessionRoutesDeps, params: Record<string, string>): Promise<SessionRecord> {
  const session = await findSession(sql, params.source ?? '', params.sessionId ?? '', allowances, now())
  if (!session) throw new AppError('not_found', 'There is no such session')
  return session
}

async function drawQr({ qr }: SessionRecord, kind: 'svg' | 'png', now: Instant): Promise<Response> {
  const matrix = matrixOf(qr?.code ?? null)
  if (!qr?.code || !matrix) throw new AppError('not_found', 'This session has no QR to scan')
  if (qr.expiresAt <= now) throw new AppError('gone', 'The QR has expired: the sender makes the next one')
  if (kind === 'svg') return new Response(qrSvg(matrix), { headers: { 'content-type': 'image/svg+xml' } })
  return new Response(Buffer.from(await qrPng(qr.code)), { headers: { 'content-type': 'image/png' } })
}

function readStatuses(text: string): Status[] {
  const asked = text.split(',')
  const known = STATUSES.filter((status) => asked.includes(status))
  if (known.length < new Set(asked).size) throw new AppError('invalid', `query/status: one or more of ${STATUSES.join(', ')}, separated by commas`)
  return known
}
