import type { Sql } from 'postgres'
import { paths } from '../../../views/paths'
import type { SessionSettingsView } from '../../../views/sessions/settings'
import { silencesOf } from '../../../views/sources/settings'
import { AppError } from '../../domain/error'
import { type Allowances, narrowest } from '../../domain/staleness'
import { listOperatorNames } from '../../store/operators'
import { changeSessionSettings, findSessionSettings } from '../../store/session-settings'
import { redirect } from '../answers'
import type { MemberVisit } from '../gate'
import { type SessionPagesDeps, sessionOf, sessionPage } from './sessions'
import { readSilences } from './silences'
import { ownerOf } from './sources-add'

/** POST /sessions/:source/:name. Shown from the database afterwards; a refusal is told on the same page. */
export async function changeSession(deps: SessionPagesDeps & { write: Sql }, visit: MemberVisit): Promise<Response> {
  const session = await sessionOf(deps, visit)
  const form = await visit.form()
  const found = await findSessionSettings(deps.sql, session.id)
  if (!found) throw new AppError('not_found', 'There is no such session')
  try {
    const ownerId = await ownerOf(deps, form.get('owner')?.trim() ?? '')
    await changeSessionSettings(deps.write, session.id, { ownerId, ...readSilences(form, found.own) })
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'invalid') throw cause
    return sessionPage(deps, visit, session, cause.message)
  }
  return redirect(paths.session(session.source, session.name))
}

export async function loadSessionSettings(deps: { sql: Sql; allowances: Allowances }, sessionId: string, error?: string): Promise<SessionSettingsView | null> {
  const [found, owners] = await Promise.all([findSessionSettings(deps.sql, sessionId), listOperatorNames(deps.sql)])
  if (!found) return null
  const { own, source } = found
  return { ownerId: own.ownerId, owners, silences: silencesOf(own, narrowest(deps.allowances, source)), ...(error !== undefined && { error }) }
}
