import { type Static, type TObject, Type as t } from '@sinclair/typebox'
import type { Action } from '../../control/controller'
import type { Outcome } from '../../control/controls'
import { AppError } from '../../domain/error'
import { findSessionTarget } from '../../store/session-targets'
import { json } from '../answers'
import { readPhone } from '../control-action'
import type { Throttle } from '../plugins/throttle'
import type { SourceControlDeps } from '../source-control'
import { type ApiRoute, type ApiVisit, route } from './route'
import { Session, SessionParams } from './schemas'
import { getSession, type SessionRoutesDeps } from './sessions'
import { sessionJson } from './shapes'

export interface ControlRoutesDeps extends SessionRoutesDeps, Pick<SourceControlDeps, 'controls'> {
  actions: Throttle
}

const BASE = '/api/v1/sessions/:source/:sessionId'
const Done = t.Object({ message: t.String({ description: 'What came of it, in words' }), session: Session }, { $id: 'ActionDone', additionalProperties: false })
const MadeCode = t.Object(
  { code: t.Union([t.String(), t.Null()], { description: 'To type on the phone; null when the sender posts it by webhook' }), session: Session },
  { $id: 'PairingCodeMade', additionalProperties: false },
)
const ForPhone = t.Object(
  { phone: t.String({ maxLength: 30, description: 'The number with its country code' }) },
  { $id: 'ForPhone', additionalProperties: false },
)

const FAILURES = {
  404: { description: 'There is no such session' },
  409: { description: 'The source has no control API, its API has no call for this, or something else is under way' },
  502: { description: 'The sender did not do it; `detail` says why' },
}

const ACTIONS: [word: string, action: Action, summary: string][] = [
  ['start', 'start', 'Has the sender start the session'],
  ['stop', 'stop', 'Has the sender stop the session; its log-in is kept'],
  ['restart', 'restart', 'Has the sender restart the session'],
  ['logout', 'logout', 'Has the sender log the session out: to come back, somebody has to scan again'],
]

/** Through the source's own REST API. Each answers when the sender has: that can take a minute. */
export function sessionControlRoutes(deps: ControlRoutesDeps): ApiRoute[] {
  return [
    ...ACTIONS.map(([word, action, summary]) =>
      route({
        method: 'POST',
        path: `${BASE}/${word}`,
        scope: 'write',
        summary,
        params: SessionParams,
        answers: { 200: { description: 'The sender did it', schema: Done }, ...FAILURES },
        async handle(visit) {
          const { message } = await act(deps, visit, action)
          return json({ message, session: sessionJson(await getSession(deps, visit.params)) })
        },
      }),
    ),
    route({
      method: 'POST',
      path: `${BASE}/pairing-codes`,
      scope: 'write',
      summary: 'Has the sender make a code that is typed on the phone instead of scanning',
      params: SessionParams,
      body: ForPhone,
      answers: { 201: { description: 'The code', schema: MadeCode }, ...FAILURES },
      async handle(visit) {
        const { pairingCode = null } = await act(deps, visit, 'pairing_code', readPhone(visit.body.phone))
        return json({ code: pairingCode, session: sessionJson(await getSession(deps, visit.params)) }, { status: 201 })
      },
    }),
  ]
}

/** @throws AppError `bad_gateway` with the outcome's words when the sender did not do it. */
async function act(
  { sql, allowances, controls, actions }: ControlRoutesDeps,
  { params, client }: Pick<ApiVisit<undefined, Static<TObject> | undefined>, 'params' | 'client'>,
  action: Action,
  phone?: string,
): Promise<Outcome> {
  const target = await findSessionTarget(sql, params.source ?? '', params.sessionId ?? '', allowances)
  if (!target) throw new AppError('not_found', 'There is no such session')
  await actions.take(target.sessionId)
  const outcome = await controls.act(target, action, { id: client.operatorId ?? client.id, name: client.name }, phone)
  if (!outcome.ok) throw new AppError('bad_gateway', outcome.message)
  return outcome
}
