import { Html } from '@elysiajs/html'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import type { SourceControlProps, SourceControlView } from '../../../views/sources/control'
import { SourceControlPage } from '../../../views/sources/control-page'
import { findController } from '../../control/controllers'
import { AppError } from '../../domain/error'
import type { SourceBook } from '../../store/source-book'
import { listOpenControls } from '../../store/source-controls'
import type { Source } from '../../store/sources'
import { html } from '../answers'
import type { Board } from '../board'
import type { MemberVisit } from '../gate'
import { type ControlInput, choicesFor, importFrom, removeControl, type SourceControlDeps, saveControl, testControl } from '../source-control'

export interface SourceControlPagesDeps extends SourceControlDeps {
  board: Board
  sources: Pick<SourceBook, 'find' | 'refresh'>
}

export async function showSourceControl(deps: SourceControlPagesDeps, visit: MemberVisit): Promise<Response> {
  return page(deps, visit, await sourceOf(deps, visit))
}

export async function saveSourceControl(deps: SourceControlPagesDeps, visit: MemberVisit): Promise<Response> {
  const source = await sourceOf(deps, visit)
  const input = inputOf(await visit.form())
  return attempt(deps, visit, source, input, async () => {
    await saveControl(deps, source, input)
    return { kind: 'done', message: 'Saved. Test the connection to see that it works.' }
  })
}

export async function testSourceControl(deps: SourceControlPagesDeps, visit: MemberVisit): Promise<Response> {
  const source = await sourceOf(deps, visit)
  const input = inputOf(await visit.form())
  return attempt(deps, visit, source, input, async () => {
    const { ok, message } = await testControl(deps, source, input)
    return { kind: ok ? 'done' : 'error', message }
  })
}

export async function importSourceSessions(deps: SourceControlPagesDeps, visit: MemberVisit): Promise<Response> {
  const source = await sourceOf(deps, visit)
  const { id, name } = visit.login.operator
  return attempt(deps, visit, source, undefined, async () => {
    const imported = await importFrom(deps, source, { id, name })
    if (!imported.ok) return { kind: 'error', message: imported.message }
    const { found, created, updated } = imported.value
    return { kind: 'done', message: `The sender has ${found}: ${created} new here, ${updated} brought up to date` }
  })
}

export async function removeSourceControl(deps: SourceControlPagesDeps, visit: MemberVisit): Promise<Response> {
  const source = await sourceOf(deps, visit)
  await removeControl(deps, source)
  return page(deps, visit, source, undefined, { kind: 'done', message: 'Disconnected: address and key are forgotten' })
}

/** For the page of a source: the data of its card. @param input what was sent, when it has to be shown again. */
export async function loadSourceControl(deps: Pick<SourceControlDeps, 'sql' | 'vault'>, source: Source, input?: ControlInput): Promise<SourceControlView> {
  const current = (await listOpenControls(deps.sql, deps.vault)).find((one) => one.sourceId === source.id)
  const choices = choicesFor(source.provider)
  const likely = choices.find(({ id }) => id === source.provider)?.id
  return {
    source: source.slug,
    choices: choices.map(({ id, label, key }) => ({ id, label, keyLabel: key.label, keyHint: key.hint })),
    current: current ? { ...current, problem: current.key === undefined ? `${current.problem}; or enter the key again` : null } : null,
    form: { api: input?.api ?? current?.api ?? likely ?? '', baseUrl: input?.baseUrl ?? current?.baseUrl ?? '' },
    canImport: current !== undefined && findController(current.api)?.list !== undefined,
  }
}

async function sourceOf({ sources }: SourceControlPagesDeps, { params }: MemberVisit): Promise<Source> {
  await sources.refresh()
  const source = sources.find(params.slug ?? '')
  if (!source) throw new AppError('not_found', 'There is no such source')
  return source
}

function inputOf(form: URLSearchParams): ControlInput {
  return { api: form.get('api') ?? '', baseUrl: form.get('baseUrl') ?? '', key: form.get('key') ?? '' }
}

type Told = NonNullable<SourceControlProps['told']>

async function attempt(
  deps: SourceControlPagesDeps,
  visit: MemberVisit,
  source: Source,
  input: ControlInput | undefined,
  work: () => Promise<Told>,
): Promise<Response> {
  try {
    return await page(deps, visit, source, input, await work())
  } catch (cause) {
    if (!(cause instanceof AppError) || (cause.code !== 'invalid' && cause.code !== 'conflict')) throw cause
    return page(deps, visit, source, input, { kind: 'error', message: cause.message }, cause.code === 'invalid' ? 400 : 409)
  }
}

async function page(deps: SourceControlPagesDeps, { login }: MemberVisit, source: Source, input?: ControlInput, told?: Told, status = 200): Promise<Response> {
  const [view, sessions] = await Promise.all([loadSourceControl(deps, source, input), deps.board.sessions()])
  const document = toDocument(<SourceControlPage operator={login.operator} worst={worstOf(sessions)} view={view} {...(told && { told })} />)
  return html(document, { status })
}
