const METHODS = 'GET, POST, PATCH, DELETE'
const HEADERS = 'authorization, content-type, x-api-key, last-event-id, x-request-id'

/** Lets pages of the named origins read answers. Keys travel in headers, so cookies are never allowed along. */
export function allowOrigin(response: Response, request: Request, origins: readonly string[]): Response {
  if (origins.length === 0) return response
  const origin = request.headers.get('origin')
  response.headers.append('vary', 'origin')
  if (origin === null || !(origins.includes('*') || origins.includes(origin))) return response
  response.headers.set('access-control-allow-origin', origins.includes('*') ? '*' : origin)
  response.headers.set('access-control-expose-headers', 'retry-after, x-request-id, content-disposition')
  if (request.method === 'OPTIONS') {
    response.headers.set('access-control-allow-methods', METHODS)
    response.headers.set('access-control-allow-headers', HEADERS)
    response.headers.set('access-control-max-age', '600')
  }
  return response
}
