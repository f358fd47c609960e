import { AppError } from '../domain/error'
import type { OperatorFacts } from '../domain/event'
import { STATUSES } from '../domain/event'
import { sessionIdOf } from '../domain/id'
import { initialState } from '../domain/session'
import { narrowest } from '../domain/staleness'
import { sessionName } from '../providers/read'
import { listSessionTargets, type SessionTarget } from '../store/session-targets'
import type { Source } from '../store/sources'
import type { Link } from './book'
import type { Listed } from './controller'
import type { Controls } from './controls'
import { answered, type Dated, entryOf, evidenceOf, operatorEvent } from './evidence'
import { inquire } from './inquiry'
import type { Told } from './told'
import { told } from './told'

export interface Imported {
  /** Sessions that the sender has. */
  found: number
  created: number
  /** Known ones whose status the sender told to be another. */
  updated: number
}

const MOST = 2_000
/** Where the list has names only, so many are asked for their status; of the rest the webhooks will tell. */
const MOST_ASKED = 100

/**
 * Lists the sender's sessions and creates those that are not known here, with their status as evidence. Doing it again creates nothing.
 * @throws AppError `conflict` when the source has no API that lists sessions.
 */
export async function importSessions(controls: Controls, source: Source, by: OperatorFacts['by']): Promise<Told<Imported>> {
  const { deps, links } = controls
  const link = await links.find(source.id)
  if (!link) throw new AppError('conflict', 'This source has no control API: enter its address and key first')
  if (!link.controller.list) throw new AppError('conflict', `${link.controller.label} cannot list its sessions: they appear with their first webhook`)
  const listed = await link.controller.list(link.api)
  if (!listed.ok) return listed
  const known = new Map((await listSessionTargets(deps.sql, source.id, { statuses: STATUSES, limit: 10_000 }, deps.allowances)).map((one) => [one.name, one]))
  const result: Imported = { found: listed.value.length, created: 0, updated: 0 }
  let toAsk = MOST_ASKED
  for (const one of listed.value.slice(0, MOST)) {
    const name = sessionName(one.name)
    if (name === null) continue
    const before = known.get(name)
    const target = before ?? newTarget(controls, link, source, name)
    const evidence = await evidenceFor(controls, link, target, one, toAsk-- > 0)
    const events: Dated[] = before
      ? evidence
      : [operatorEvent({ action: 'import', outcome: 'done', by, message: 'Found at the sender' }, deps.now()), ...evidence]
    if (events.length === 0) continue
    await deps.writer.append(entryOf(target, events, deps.now()))
    known.set(name, target)
    if (before) result.updated++
    else result.created++
  }
  return told(result)
}

async function evidenceFor({ deps }: Controls, link: Link, target: SessionTarget, { answer }: Listed, mayAsk: boolean): Promise<Dated[]> {
  const askedAt = deps.now()
  const isNew = target.state.status === 'new'
  if (answer) return isNew && answer.status !== undefined ? [answered(withoutFits(answer), askedAt)] : evidenceOf(target.state, answer, askedAt)
  if (!mayAsk || !link.controller.status) return []
  const asked = await inquire(link, target, deps.now)
  return asked.ok ? evidenceOf(target.state, asked.value.answer, asked.value.askedAt) : []
}

function withoutFits({ fits: _fits, qr: _qr, ...facts }: NonNullable<Listed['answer']>) {
  return facts
}

function newTarget({ deps }: Controls, { controller }: Link, source: Source, name: string): SessionTarget {
  return {
    sessionId: sessionIdOf(source.id, name),
    sourceId: source.id,
    source: source.slug,
    name,
    provider: source.provider === 'auto' ? (controller.provider ?? controller.id) : source.provider,
    ownerId: source.ownerId,
    state: initialState(deps.now()),
    allowances: narrowest(deps.allowances, source),
  }
}
