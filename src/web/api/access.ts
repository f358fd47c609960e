import type { Config } from '../../config'
import { AppError } from '../../domain/error'
import type { Scope } from '../../domain/scope'
import { MINUTE_MS } from '../../domain/time'
import type { Role } from '../../store/operators'
import type { ApiClient, ApiKeys } from '../auth/api-keys'
import type { Auth } from '../auth/auth'
import { hasScope } from '../auth/roles'
import { refuseCrossSite } from '../plugins/csrf'
import { createThrottle } from '../plugins/throttle'

/** Per key. */
const REQUESTS = 1_200
/** Per address, of requests that nobody's key comes with. */
const STRANGERS = 60

const ROLE_SCOPE: Record<Role, Scope> = { viewer: 'read', operator: 'write', admin: 'admin' }

/** Decides who calls the API: a key, or an operator's browser (for exports and pictures of the dashboard). */
export function createAccess(deps: { apiKeys: ApiKeys; auth: Auth; config: Pick<Config, 'publicUrl'> }) {
  const perClient = createThrottle({ points: REQUESTS, windowMs: MINUTE_MS, message: `More than ${REQUESTS} requests in a minute` })
  const perStranger = createThrottle({ points: STRANGERS, windowMs: MINUTE_MS, message: 'Too many requests without a valid key' })

  async function identify(request: Request, address: string): Promise<ApiClient | null> {
    const key = keyOf(request)
    // Who guesses keys must not make the database work for each guess.
    if (key !== null) return deps.apiKeys.verifyApiKey(key, () => perStranger.check(address))
    const { login } = await deps.auth.findLogin(request.headers)
    if (!login) return null
    // Only a cookie makes a browser act on behalf of another site.
    refuseCrossSite(request, deps.config.publicUrl)
    const { id, name, role } = login.operator
    return { id: `operator:${id}`, name, operatorId: id, scopes: [ROLE_SCOPE[role]] }
  }

  /** @throws AppError `unauthorized`, `forbidden`, `rate_limited` */
  return async function admit(request: Request, address: string, scope: Scope): Promise<ApiClient> {
    const client = await identify(request, address)
    if (!client) {
      await perStranger.take(address)
      throw new AppError('unauthorized', 'This needs a valid API key: "Authorization: Bearer lk_…" or "X-Api-Key: lk_…"')
    }
    await perClient.take(client.id)
    if (!hasScope(client.scopes, scope)) throw new AppError('forbidden', `This needs a key with the scope "${scope}"`)
    return client
  }
}

function keyOf(request: Request): string | null {
  const authorization = request.headers.get('authorization')
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length).trim()
  return request.headers.get('x-api-key')
}
