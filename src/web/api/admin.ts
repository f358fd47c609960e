import { Type as t } from '@sinclair/typebox'
import type { Sql } from 'postgres'
import { AppError } from '../../domain/error'
import { deleteApiKey, listApiKeys } from '../../store/api-keys'
import { listQuarantine } from '../../store/quarantine-read'
import { listRejections } from '../../store/rejections-read'
import { json } from '../answers'
import { type ApiKeys, createApiKey } from '../auth/api-keys'
import { type ApiRoute, route } from './route'
import { ApiKey, Cursor, Limit, MadeApiKey, NewApiKey, pageOf, Quarantined, Rejection } from './schemas'
import { pageJson, type SessionRoutesDeps } from './sessions'
import { apiKeyJson, quarantinedJson, rejectionJson } from './shapes'
import type { SourceRoutesDeps } from './source-of'
import { sourceRoutes } from './sources'

export interface AdminRoutesDeps extends SessionRoutesDeps, SourceRoutesDeps {
  write: Sql
  apiKeys: ApiKeys
}

const OfSource = t.Object({ source: t.Optional(t.String()), limit: Limit, cursor: Cursor })

export function adminRoutes(deps: AdminRoutesDeps): ApiRoute[] {
  const { sql } = deps
  return [
    ...sourceRoutes(deps),
    route({
      method: 'GET',
      path: '/api/v1/rejections',
      scope: 'read',
      summary: 'Lists refused deliveries with the reason, the latest first',
      query: OfSource,
      answers: { 200: { description: 'A page', schema: pageOf(Rejection) } },
      handle: async ({ query }) => pageJson(await listRejections(sql, { ...query, limit: query.limit ?? 100 }), rejectionJson),
    }),
    route({
      method: 'GET',
      path: '/api/v1/quarantine',
      scope: 'read',
      summary: 'Lists authentic deliveries that nobody could decode, the latest first',
      query: OfSource,
      answers: { 200: { description: 'A page', schema: pageOf(Quarantined) } },
      handle: async ({ query }) => pageJson(await listQuarantine(sql, { ...query, limit: query.limit ?? 100 }), quarantinedJson),
    }),
    ...apiKeyRoutes(deps),
  ]
}

function apiKeyRoutes({ sql, write, apiKeys, now }: AdminRoutesDeps): ApiRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/api-keys',
      scope: 'admin',
      summary: 'Lists API keys',
      answers: { 200: { description: 'All keys', schema: pageOf(ApiKey) } },
      handle: async () => json({ data: (await listApiKeys(sql)).map(apiKeyJson), next: null }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/api-keys',
      scope: 'admin',
      summary: 'Makes an API key, which is shown this once',
      body: NewApiKey,
      answers: { 201: { description: 'The key', schema: MadeApiKey } },
      async handle({ body, client }) {
        const expiresAt = body.expiresAt ? Date.parse(body.expiresAt) : null
        const made = await createApiKey(write, { name: body.name, scopes: body.scopes, operatorId: client.operatorId ?? 'system', expiresAt }, now())
        apiKeys.forget()
        return json(made, { status: 201 })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/api-keys/:id',
      scope: 'admin',
      summary: 'Revokes an API key',
      params: t.Object({ id: t.String() }),
      answers: { 204: { description: 'It is gone' }, 404: { description: 'There is no such key' } },
      async handle({ params }) {
        if (!(await deleteApiKey(write, params.id ?? ''))) throw new AppError('not_found', 'There is no such key')
        apiKeys.forget()
        return new Response(null, { status: 204 })
      },
    }),
  ]
}
