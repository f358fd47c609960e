import { Html } from '@elysiajs/html'
import type { Sql } from 'postgres'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { ApiKeysPage, type ApiKeysPageProps } from '../../../views/settings/api-keys'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import { deleteApiKey, listApiKeys } from '../../store/api-keys'
import { html, redirect } from '../answers'
import { type ApiKeys, createApiKey } from '../auth/api-keys'
import { isScope } from '../auth/roles'
import type { Board } from '../board'
import type { MemberVisit } from '../gate'

export interface ApiKeyPagesDeps {
  sql: Sql
  board: Board
  apiKeys: ApiKeys
  now(): Instant
}

export function showApiKeys(deps: ApiKeyPagesDeps, visit: MemberVisit): Promise<Response> {
  return page(deps, visit, {})
}

export async function addApiKey(deps: ApiKeyPagesDeps, visit: MemberVisit): Promise<Response> {
  const form = await visit.form()
  const name = form.get('name')?.trim() ?? ''
  try {
    const { key } = await createApiKey(deps.sql, { name, scopes: form.getAll('scopes').filter(isScope), operatorId: visit.login.operator.id }, deps.now())
    deps.apiKeys.forget()
    // Not a redirect: the key is shown in this answer and nowhere else.
    return await page(deps, visit, { created: { name, key } })
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'invalid') throw cause
    return page(deps, visit, { error: cause.message }, 400)
  }
}

export async function revokeApiKey(deps: ApiKeyPagesDeps, { params }: MemberVisit): Promise<Response> {
  if (!(await deleteApiKey(deps.sql, params.id ?? ''))) throw new AppError('not_found', 'There is no such key; it may have been revoked already')
  deps.apiKeys.forget()
  return redirect('/settings/api-keys')
}

async function page(deps: ApiKeyPagesDeps, { login }: MemberVisit, more: Pick<ApiKeysPageProps, 'created' | 'error'>, status = 200): Promise<Response> {
  const [keys, sessions] = await Promise.all([listApiKeys(deps.sql), deps.board.sessions()])
  const views = keys.map((key) => ({ ...key, scopes: key.scopes.filter(isScope) }))
  return html(toDocument(<ApiKeysPage operator={login.operator} worst={worstOf(sessions)} keys={views} now={deps.now()} {...more} />), { status })
}
