import { AppError } from '../../domain/error'

/**
 * The URL of a request, of which the host is whatever the client says.
 * @throws AppError `invalid` when it says something that is no host.
 */
export function urlOf(request: Request): URL {
  if (!URL.canParse(request.url)) throw new AppError('invalid', 'The Host header names no host')
  return new URL(request.url)
}
