import { Html } from '@elysiajs/html'
import { paths } from '../../../views/paths'
import { toHtml } from '../../../views/render'
import { SessionControl } from '../../../views/sessions/control'
import type { Controls } from '../../control/controls'
import { AppError } from '../../domain/error'
import type { Allowances } from '../../domain/staleness'
import { findSessionTarget } from '../../store/session-targets'
import { findSession } from '../../store/sessions-read'
import { html, redirect } from '../answers'
import { readAction, readPhone } from '../control-action'
import type { MemberVisit } from '../gate'
import type { Throttle } from '../plugins/throttle'
import { loadControl } from './session-control'
import type { SessionPagesDeps } from './sessions'

export interface ControlPagesDeps extends SessionPagesDeps {
  allowances: Allowances
  controls: Controls
  actions: Throttle
}

/** Most senders answer by then; of the others the page is told live, or after a reload. */
const ANSWER_WITHIN_MS = 2_500

/**
 * POST /sessions/:source/:name/control/:action. The outcome is in the ledger, and the control card shows it from there: to the one who
 * asked as to everybody else who looks.
 */
export async function controlSession(deps: ControlPagesDeps, visit: MemberVisit): Promise<Response> {
  const { source = '', name = '', action: word = '' } = visit.params
  const isHtmx = visit.request.headers.has('hx-request')
  try {
    const action = readAction(word)
    const phone = action === 'pairing_code' ? readPhone((await visit.form()).get('phone') ?? '') : ''
    const target = await findSessionTarget(deps.sql, source, name, deps.allowances)
    if (!target) throw new AppError('not_found', `There is no session “${name}” of the source “${source}”`)
    await deps.actions.take(target.sessionId)
    const { id, name: by } = visit.login.operator
    const { outcome } = await deps.controls.begin(target, action, { id, name: by }, phone)
    await Promise.race([outcome, Bun.sleep(ANSWER_WITHIN_MS)])
  } catch (cause) {
    if (!isHtmx || !(cause instanceof AppError) || cause.code === 'not_found') throw cause
    return fragment(deps, source, name, cause.message)
  }
  return isHtmx ? fragment(deps, source, name) : redirect(paths.session(source, name))
}

/** Always 200: pages swap nothing else, and the card itself says why it was refused. */
async function fragment(deps: ControlPagesDeps, source: string, name: string, problem?: string): Promise<Response> {
  const session = await findSession(deps.sql, source, name, deps.allowances, deps.now())
  if (!session) throw new AppError('not_found', 'This session is gone')
  const control = await loadControl(deps, session)
  return html(toHtml(<SessionControl session={session} control={control} now={deps.now()} {...(problem !== undefined && { problem })} />))
}
