import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { FormatRegistry } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { AppError } from '../../domain/error'
import type { Scope } from '../../domain/scope'
import type { ApiClient } from '../auth/api-keys'
import { readBody } from '../body'
import type { Context } from '../gate'

/** What a route may answer with, for the OpenAPI document and the contract test. */
export interface ApiAnswer {
  description: string
  /** Of `application/json`. */
  schema?: TSchema
  /** Other content types. */
  types?: readonly string[]
}

export interface ApiVisit<Q, B> {
  context: Context
  client: ApiClient
  params: Record<string, string>
  query: Q
  body: B
  url: URL
}

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As Elysia writes it: `/api/v1/sessions/:source`. */
  path: string
  scope: Scope
  summary: string
  params?: TObject
  query?: TObject
  body?: TObject
  answers: Record<number, ApiAnswer>
  handle(visit: ApiVisit<unknown, unknown>): Response | Promise<Response>
}

interface Typed<Q extends TObject | undefined, B extends TObject | undefined> extends Omit<ApiRoute, 'query' | 'body' | 'handle'> {
  query?: Q
  body?: B
  handle(visit: ApiVisit<Q extends TObject ? Static<Q> : undefined, B extends TObject ? Static<B> : undefined>): Response | Promise<Response>
}

/** A route whose handler sees the types of its schemas; they have been checked when it runs. */
export function route<Q extends TObject | undefined = undefined, B extends TObject | undefined = undefined>(typed: Typed<Q, B>): ApiRoute {
  return typed as unknown as ApiRoute
}

const MAX_BODY_BYTES = 256 * 1024

/** @throws AppError `invalid` that names the field and what was expected, never what was given. */
export function readQuery(route: ApiRoute, url: URL): unknown {
  if (!route.query) return undefined
  const given = Object.fromEntries([...url.searchParams].filter(([, value]) => value !== ''))
  return check(route.query, Value.Convert(route.query, given), 'query')
}

export async function readJson(route: ApiRoute, request: Request): Promise<unknown> {
  if (!route.body) return undefined
  const bytes = await readBody(request, MAX_BODY_BYTES)
  let given: unknown
  try {
    given = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new AppError('invalid', 'body: not JSON')
  }
  return check(route.body, given, 'body')
}

function check(schema: TObject, value: unknown, where: string): unknown {
  if (Value.Check(schema, value)) return value
  const error = Value.Errors(schema, value).First()
  throw new AppError('invalid', `${where}${error?.path ?? ''}: ${error?.schema.description ?? error?.message ?? 'not as documented'}`)
}

// TypeBox knows formats only by name, and refuses every value of one that nobody has explained. Elysia's own explanation takes days and
// times without a zone too, which would be read in whatever zone this server stands.
FormatRegistry.Set('date-time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)))
if (!FormatRegistry.Has('uuid')) FormatRegistry.Set('uuid', (text) => /^[0-9a-f-]{36}$/.test(text))
