import { Html } from '@elysiajs/html'
import { Plain } from '../../../views/layouts/plain'
import { toDocument } from '../../../views/render'
import { html } from '../answers'
import type { ApiRoute } from './route'

/** The API for people to read: rendered once, from the routes themselves. */
export function docsPage(routes: readonly ApiRoute[], publicUrl: string): (request: Request) => Response {
  const document = toDocument(<Docs routes={routes} publicUrl={publicUrl} />)
  return (request) => html(document, { accepts: request.headers.get('accept-encoding') })
}

function Docs({ routes, publicUrl }: { routes: readonly ApiRoute[]; publicUrl: string }): JSX.Element {
  return (
    <Plain title="JSON API">
      <section class="card docs">
        <h1>JSON API</h1>
        <p>
          Send an API key as <code>Authorization: Bearer lk_…</code> or <code>X-Api-Key: lk_…</code>. Lists come as <code>{'{data, next}'}</code>: ask for the
          next page with <code>?cursor=</code> and the text of <code>next</code>. Times are RFC 3339 in UTC with milliseconds. Errors are{' '}
          <code>application/problem+json</code>. The same as a machine reads it: <a href="/api/v1/openapi.json">OpenAPI</a>.
        </p>
        <pre tabindex="0" data-copy safe>
          {`curl -H "Authorization: Bearer $LINEKEEPER_KEY" '${publicUrl}/api/v1/sessions?status=qr'`}
        </pre>
      </section>
      {routes.map((route) => (
        <Operation route={route} />
      ))}
    </Plain>
  )
}

function Operation({ route }: { route: ApiRoute }): JSX.Element {
  const fields = [...fieldsOf(route.params), ...fieldsOf(route.query), ...fieldsOf(route.body)]
  return (
    <section class="card docs">
      <h2>
        <code safe>{`${route.method} ${route.path}`}</code>
      </h2>
      <p safe>{`${route.summary}. Scope: ${route.scope}.`}</p>
      {fields.length > 0 && (
        <dl>
          {fields.map(({ name, told }) => (
            <div>
              <dt>
                <code safe>{name}</code>
              </dt>
              <dd safe>{told}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="soft" safe>
        {Object.entries(route.answers)
          .map(([status, { description }]) => `${status}: ${description}`)
          .join(' · ')}
      </p>
    </section>
  )
}

function fieldsOf(schema: ApiRoute['query']): { name: string; told: string }[] {
  return Object.entries(schema?.properties ?? {}).map(([name, { description, type }]) => ({
    name,
    told: [schema?.required?.includes(name) ? 'required' : 'optional', description ?? type ?? ''].filter(Boolean).join(': '),
  }))
}
