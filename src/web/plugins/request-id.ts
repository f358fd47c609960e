const known = new WeakMap<Request, string>()

/** The id under which a request is logged and answered: the proxy's X-Request-Id when it is harmless, else a new one. */
export function requestIdOf(request: Request): string {
  let id = known.get(request)
  if (id === undefined) {
    const given = request.headers.get('x-request-id')
    id = given && /^[\w.:-]{8,100}$/.test(given) ? given : Bun.randomUUIDv7()
    known.set(request, id)
  }
  return id
}
