/** What the dashboard and the JSON API do with a source's control API. */
import type { Sql } from 'postgres'
import { readBaseUrl } from '../control/address'
import { type Link, linkTo } from '../control/book'
import type { Controller } from '../control/controller'
import { CONTROLLERS, findController } from '../control/controllers'
import type { Controls } from '../control/controls'
import { type Imported, importSessions } from '../control/import'
import { AppError } from '../domain/error'
import type { Instant, OperatorFacts } from '../domain/event'
import { deleteSourceControl, findSourceControl, listOpenControls, type OpenControl, saveSourceControl } from '../store/source-controls'
import type { Source } from '../store/sources'
import type { Vault } from '../store/vault'

export interface SourceControlDeps {
  sql: Sql
  write: Sql
  vault: Vault
  controls: Controls
  now(): Instant
}

/** As an admin enters it; an empty key keeps the one that is there. */
export interface ControlInput {
  api: string
  baseUrl: string
  key: string
}

/** Which APIs go with a source of this provider; all of them where the provider is not known. */
export function choicesFor(provider: string): readonly Controller[] {
  const fitting = CONTROLLERS.filter((controller) => (controller.provider ?? controller.id) === provider)
  return provider === 'auto' || fitting.length === 0 ? CONTROLLERS : fitting
}

/** @throws AppError `invalid` in words; none of them repeats what was entered. */
export async function saveControl(deps: SourceControlDeps, source: Source, input: ControlInput): Promise<void> {
  const { controller, baseUrl, key } = await read(deps, source, input)
  await saveSourceControl(deps.write, deps.vault, { sourceId: source.id, api: controller.id, baseUrl, key }, deps.now())
  deps.controls.links.forget()
}

export async function removeControl(deps: SourceControlDeps, source: Source): Promise<boolean> {
  const was = await deleteSourceControl(deps.write, source.id)
  deps.controls.links.forget()
  return was
}

/** Asks the API something harmless, with what is entered. @throws AppError `invalid` as saveControl() does. */
export async function testControl(deps: SourceControlDeps, source: Source, input: ControlInput): Promise<{ ok: boolean; message: string }> {
  const { controller, baseUrl, key } = await read(deps, source, input)
  const kept = key === undefined ? await openKey(deps, source) : key
  return tryOut(linkTo({ sourceId: source.id, source: source.slug }, controller, { baseUrl, key: kept }))
}

/** @throws AppError `conflict` where there is nothing to import from. */
export async function importFrom(
  deps: SourceControlDeps,
  source: Source,
  by: OperatorFacts['by'],
): Promise<{ ok: true; value: Imported } | { ok: false; message: string }> {
  const imported = await importSessions(deps.controls, source, by)
  return imported.ok ? imported : { ok: false, message: imported.failure.message }
}

async function read(deps: SourceControlDeps, source: Source, input: ControlInput) {
  const controller = findController(input.api)
  if (!controller) throw new AppError('invalid', `api: one of ${CONTROLLERS.map(({ id }) => id).join(', ')}`)
  const address = readBaseUrl(input.baseUrl)
  if (!address.ok) throw new AppError('invalid', address.failure.message)
  const key = input.key.trim()
  if (key !== '') return { controller, baseUrl: address.value, key }
  const current = await findSourceControl(deps.sql, source.id)
  if (current?.hasKey !== true) {
    if (controller.key.required) throw new AppError('invalid', `${controller.label} needs a key: ${controller.key.hint}`)
    return { controller, baseUrl: address.value, key: null }
  }
  // Or whoever may enter an address, but does not know the key, could have it sent to one of their own.
  if (new URL(current.baseUrl).origin !== new URL(address.value).origin || current.api !== controller.id)
    throw new AppError('invalid', 'The address is another one: enter the key again')
  return { controller, baseUrl: address.value, key: undefined }
}

async function openKey({ sql, vault }: SourceControlDeps, source: Source): Promise<string | null> {
  const open: OpenControl | undefined = (await listOpenControls(sql, vault)).find((one) => one.sourceId === source.id)
  if (!open || open.key === undefined) throw new AppError('invalid', 'The key that is set cannot be opened: enter it again')
  return open.key
}

async function tryOut({ controller, api }: Link): Promise<{ ok: boolean; message: string }> {
  const { label } = controller
  if (controller.list) {
    const listed = await controller.list(api)
    if (!listed.ok) return { ok: false, message: listed.failure.message }
    return { ok: true, message: `${label} answers: ${listed.value.length} ${listed.value.length === 1 ? 'session' : 'sessions'}` }
  }
  const status = await controller.status?.(api, 'linekeeper-test')
  // That it knows no such session is an answer, too.
  if (status && !status.ok && status.failure.kind !== 'missing') return { ok: false, message: status.failure.message }
  return { ok: true, message: `${label} answers` }
}
