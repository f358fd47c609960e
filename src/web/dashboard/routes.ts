import { Elysia } from 'elysia'
import type { Controls } from '../../control/controls'
import type { Gate } from '../gate'
import type { Live } from '../live/live'
import { streamResponse } from '../live/stream'
import { type ApiKeyPagesDeps, addApiKey, revokeApiKey, showApiKeys } from './api-keys'
import { type ControlRoutesDeps, controlRoutes } from './control-routes'
import { replayEvent, showEvent, showEvents } from './events'
import { logIn, logOut, showLogin } from './login'
import { changeSession } from './session-settings'
import { type SessionPagesDeps, showSession, showSessions } from './sessions'
import { type SetupDeps, setUp, showSetup } from './setup'
import { sourceRoutes } from './source-routes'
import type { SourcePagesDeps } from './sources'

export interface DashboardDeps extends SessionPagesDeps, ApiKeyPagesDeps, SetupDeps, ControlRoutesDeps, SourcePagesDeps {
  live: Live
  controls: Controls
  sources: SourcePagesDeps['sources']
}

/** Everything a browser can ask for. Who may is said on each line; test/web/authorisation.test.ts holds the matrix. */
export function dashboard(deps: DashboardDeps, gate: Gate) {
  const raw = { parse: 'none' } as const
  return new Elysia({ name: 'dashboard' })
    .get(
      '/',
      gate.as('viewer', (visit) => showSessions(deps, visit)),
    )
    .get(
      '/sessions/:source/:name',
      gate.as('viewer', (visit) => showSession(deps, visit)),
    )
    .post(
      '/sessions/:source/:name',
      gate.as('admin', (visit) => changeSession(deps, visit)),
      raw,
    )
    .get(
      '/events',
      gate.as('viewer', (visit) => showEvents(deps, visit)),
    )
    .get(
      '/events/:id',
      gate.as('viewer', (visit) => showEvent(deps, visit)),
    )
    .post(
      '/events/:id/replays',
      gate.as('operator', (visit) => replayEvent(deps, visit)),
      raw,
    )
    .get(
      '/live',
      gate.stream('viewer', ({ url, request }) => streamResponse(request, (lastId) => deps.live.open(url.searchParams.get('topic') ?? '', lastId))),
    )
    .get(
      '/settings/api-keys',
      gate.as('admin', (visit) => showApiKeys(deps, visit)),
    )
    .post(
      '/settings/api-keys',
      gate.as('admin', (visit) => addApiKey(deps, visit)),
      raw,
    )
    .post(
      '/settings/api-keys/:id/revoke',
      gate.as('admin', (visit) => revokeApiKey(deps, visit)),
      raw,
    )
    .use(controlRoutes(deps, gate))
    .use(sourceRoutes(deps, gate))
    .use(logins(deps, gate))
}

/** What those who are nobody yet can ask for. */
function logins(deps: DashboardDeps, gate: Gate) {
  const raw = { parse: 'none' } as const
  return new Elysia({ name: 'log-ins' })
    .get(
      '/login',
      gate.open((visit) => showLogin(deps, visit)),
    )
    .post(
      '/login',
      gate.open((visit) => logIn(deps, visit)),
      raw,
    )
    .post(
      '/logout',
      gate.open((visit) => logOut(deps, visit)),
      raw,
    )
    .get(
      '/setup',
      gate.open((visit) => showSetup(deps, visit)),
    )
    .post(
      '/setup',
      gate.open((visit) => setUp(deps, visit)),
      raw,
    )
}
