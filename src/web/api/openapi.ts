import type { TObject, TSchema } from '@sinclair/typebox'
import type { ApiAnswer, ApiRoute } from './route'
import { Problem } from './schemas'

/** The OpenAPI 3.1 document of these routes, from the very schemas that they check with. */
export function openApiOf(routes: readonly ApiRoute[], publicUrl: string): Record<string, unknown> {
  const schemas = new Map<string, unknown>()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Linekeeper', version: '1', description: 'Sessions, events and messages of your WhatsApp API services.' },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
    },
  }
}

function operationOf(route: ApiRoute, schemas: Map<string, unknown>): Record<string, unknown> {
  const parameters = [...parametersOf(route.params, 'path', schemas), ...parametersOf(route.query, 'query', schemas)]
  const failures: Record<number, ApiAnswer> = {
    400: { description: 'Not as documented' },
    401: { description: 'No valid key' },
    403: { description: `The key lacks the scope "${route.scope}"` },
    429: { description: 'Too many requests; see Retry-After' },
  }
  const answers = { ...failures, ...route.answers }
  return {
    summary: route.summary,
    description: `Scope: ${route.scope}`,
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: reference(route.body, schemas) } } } }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(Number(status), answer, schemas)])),
  }
}

function answerOf(status: number, { description, schema, types = [] }: ApiAnswer, schemas: Map<string, unknown>): Record<string, unknown> {
  const content: Record<string, unknown> = {}
  if (status >= 400) content['application/problem+json'] = { schema: reference(Problem, schemas) }
  if (schema) content['application/json'] = { schema: reference(schema, schemas) }
  for (const type of types) content[type] = { schema: { type: 'string' } }
  return { description, ...(Object.keys(content).length > 0 && { content }) }
}

function parametersOf(schema: TObject | undefined, place: 'path' | 'query', schemas: Map<string, unknown>): Record<string, unknown>[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required?.includes(name) ?? false),
    ...(property.description && { description: property.description }),
    schema: reference(property, schemas),
  }))
}

/** Named schemas (those with an $id) are told once and referred to. */
function reference(schema: TSchema, schemas: Map<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(schema), function (this: unknown, key, value: unknown) {
    if (key === '' || typeof value !== 'object' || value === null || !('$id' in value)) return nameOf(value, schemas, key === '')
    return nameOf(value, schemas, true)
  })
}

function nameOf(value: unknown, schemas: Map<string, unknown>, isWhole: boolean): unknown {
  if (!isWhole || typeof value !== 'object' || value === null || !('$id' in value)) return value
  const { $id, ...rest } = value as { $id: string }
  schemas.set($id, rest)
  return { $ref: `#/components/schemas/${$id}` }
}
