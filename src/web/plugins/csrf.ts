import { AppError } from '../../domain/error'

/**
 * Refuses what another site makes a browser send. Every non-GET request that a cookie could authorise comes through here.
 * @throws AppError `forbidden`
 */
export function refuseCrossSite(request: Request, publicUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (!isSameOrigin(request, publicUrl)) throw new AppError('forbidden', 'This request came from another site. If it was you: open the page again and retry')
}

/** Browsers send Sec-Fetch-Site to https and localhost, and Origin everywhere; whoever sends neither is no browser of ours. */
export function isSameOrigin(request: Request, publicUrl: string): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  // A dashboard is also opened by an address of the local network, which PUBLIC_URL does not name.
  return origin === new URL(publicUrl).origin || new URL(origin).host === request.headers.get('host')
}
