import { Elysia } from 'elysia'
import type { Gate } from '../gate'
import { type ControlPagesDeps, controlSession } from './control'
import {
  importSourceSessions,
  removeSourceControl,
  type SourceControlPagesDeps,
  saveSourceControl,
  showSourceControl,
  testSourceControl,
} from './source-control'

export interface ControlRoutesDeps extends ControlPagesDeps, SourceControlPagesDeps {}

/** Acting on sessions through their senders, and the settings for it. */
export function controlRoutes(deps: ControlRoutesDeps, gate: Gate) {
  const raw = { parse: 'none' } as const
  return new Elysia({ name: 'control' })
    .post(
      '/sessions/:source/:name/control/:action',
      gate.as('operator', (visit) => controlSession(deps, visit)),
      raw,
    )
    .get(
      '/sources/:slug/control',
      gate.as('admin', (visit) => showSourceControl(deps, visit)),
    )
    .post(
      '/sources/:slug/control',
      gate.as('admin', (visit) => saveSourceControl(deps, visit)),
      raw,
    )
    .post(
      '/sources/:slug/control/test',
      gate.as('admin', (visit) => testSourceControl(deps, visit)),
      raw,
    )
    .post(
      '/sources/:slug/control/import',
      gate.as('admin', (visit) => importSourceSessions(deps, visit)),
      raw,
    )
    .post(
      '/sources/:slug/control/remove',
      gate.as('admin', (visit) => removeSourceControl(deps, visit)),
      raw,
    )
}
