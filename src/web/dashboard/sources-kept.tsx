/** What did not become events: refused deliveries, and those that wait in the quarantine. */
import { Html } from '@elysiajs/html'
import { plural } from '../../../views/format'
import { paths } from '../../../views/paths'
import { toDocument } from '../../../views/render'
import { worstOf } from '../../../views/sessions/rank'
import { QuarantinePage, type QuarantinePageProps } from '../../../views/sources/quarantine'
import { QuarantinedPage } from '../../../views/sources/quarantined'
import { RejectionsPage } from '../../../views/sources/rejections'
import { AppError } from '../../domain/error'
import type { DecodedAgain } from '../../ingest/decode-again'
import { resolveQuarantined } from '../../store/quarantine'
import { findQuarantined, listQuarantine, type QuarantineDetail } from '../../store/quarantine-read'
import { listRejections } from '../../store/rejections-read'
import type { Source } from '../../store/sources'
import { html, redirect } from '../answers'
import type { MemberVisit } from '../gate'
import { findSourceOf, sourceNow } from '../source-board'
import type { SourcePagesDeps } from './sources'

const PAGE = 50

export async function showRejections(deps: SourcePagesDeps, { request, url, params, login }: MemberVisit): Promise<Response> {
  const found = findSourceOf(deps, params.slug)
  const cursor = url.searchParams.get('cursor')
  const [{ source, refused }, page, sessions] = await Promise.all([
    sourceNow(deps, found),
    listRejections(deps.sql, { source: found.slug, limit: PAGE, cursor }),
    deps.board.sessions(),
  ])
  const document = (
    <RejectionsPage
      operator={login.operator}
      worst={worstOf(sessions)}
      source={source}
      refused={cursor === null ? refused : []}
      rejections={page.data}
      older={page.next}
      now={deps.now()}
    />
  )
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}

export function showQuarantine(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  return quarantinePage(deps, visit, findSourceOf(deps, visit.params.slug))
}

export async function showQuarantined(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const source = findSourceOf(deps, visit.params.slug)
  return quarantinedPage(deps, visit, source, await keptOf(deps, source, visit))
}

/** One that was decoded is an event now, and shown as one; the others stay where they are, and say why. */
export async function replayQuarantined(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const source = findSourceOf(deps, visit.params.slug)
  const kept = await keptOf(deps, source, visit)
  const decoded = await deps.decodeAgain.quarantined(kept.id)
  if (decoded.outcome === 'added') return redirect(paths.event(kept.id))
  if (decoded.outcome === 'unchanged') return redirect(paths.quarantine(source.slug))
  return quarantinedPage(deps, visit, source, kept, whyNot(decoded))
}

export async function replayQuarantine(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const source = findSourceOf(deps, visit.params.slug)
  const { decoded, left } = await deps.decodeAgain.allQuarantined(source.id)
  const waits = left === 0 ? '' : ` ${plural(left, 'still waits', 'still wait')}: nobody understands them yet, or they are older than the ledger.`
  const said = { kind: decoded > 0 || left === 0 ? 'done' : 'error', message: `${plural(decoded, 'delivery', 'deliveries')} decoded.${waits}` } as const
  return quarantinePage(deps, visit, source, said)
}

export async function putAwayQuarantined(deps: SourcePagesDeps, visit: MemberVisit): Promise<Response> {
  const source = findSourceOf(deps, visit.params.slug)
  const kept = await keptOf(deps, source, visit)
  await resolveQuarantined(deps.write, [kept.id], deps.now())
  return redirect(paths.quarantine(source.slug))
}

/** @throws AppError `not_found`, also for one of another source. */
async function keptOf({ sql }: SourcePagesDeps, source: Source, { params }: MemberVisit): Promise<QuarantineDetail> {
  const kept = await findQuarantined(sql, params.id ?? '')
  if (!kept || kept.sourceId !== source.id) throw new AppError('not_found', 'There is no such delivery in the quarantine of this source')
  return kept
}

async function quarantinePage(
  deps: SourcePagesDeps,
  { request, url, login }: MemberVisit,
  found: Source,
  said?: QuarantinePageProps['said'],
): Promise<Response> {
  const [{ source }, page, sessions] = await Promise.all([
    sourceNow(deps, found),
    listQuarantine(deps.sql, { source: found.slug, limit: PAGE, cursor: url.searchParams.get('cursor') }),
    deps.board.sessions(),
  ])
  const document = (
    <QuarantinePage
      operator={login.operator}
      worst={worstOf(sessions)}
      source={source}
      kept={page.data}
      older={page.next}
      {...(said && { said })}
      now={deps.now()}
    />
  )
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}

async function quarantinedPage(
  deps: SourcePagesDeps,
  { request, login }: MemberVisit,
  found: Source,
  kept: QuarantineDetail,
  error?: string,
): Promise<Response> {
  const [{ source }, sessions] = await Promise.all([sourceNow(deps, found), deps.board.sessions()])
  const document = <QuarantinedPage operator={login.operator} worst={worstOf(sessions)} source={source} kept={kept} {...(error !== undefined && { error })} />
  return html(toDocument(document), { accepts: request.headers.get('accept-encoding') })
}

function whyNot(decoded: Extract<DecodedAgain, { outcome: 'undecoded' | 'expired' }>): string {
  if (decoded.outcome === 'expired')
    return 'It arrived before what the ledger still keeps: there is no place for it any more. Put it away once you have seen it.'
  return `Still not understood: ${decoded.reason}`
}
