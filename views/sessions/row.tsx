import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { ago, attr, duration, maskId } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Sparkline } from '../shared/sparkline'
import { lookOf, whyOf } from '../shared/status'
import { Ago, Lasting } from '../shared/time'
import { needsYou, rankOf } from './rank'

interface SessionRowProps {
  session: SessionRecord
  now: Instant
}

const drawn = new WeakMap<SessionRecord, { words: string; row: JSX.Element }>()

/**
 * Fragment `session-<uuid>`: one session of the list. The same for every viewer. There may be 500, of which few are different from one look
 * to the next: the same record is drawn again only when its ages would read differently.
 */
export function SessionRow({ session, now }: SessionRowProps): JSX.Element {
  const words = agesOf(session, now)
  const known = drawn.get(session)
  if (known?.words === words) return known.row
  const row = Row({ session, now })
  drawn.set(session, { words, row })
  return row
}

/** All that a row shows of the time, but for what is in the record. */
function agesOf({ since, lastEventAt, qr }: SessionRecord, now: Instant): string {
  const code = qr ? `${ago(qr.expiresAt, now)} ${qr.expiresAt > now}` : ''
  return `${ago(since, now)}, ${duration(now - since)}, ${lastEventAt === null ? '' : ago(lastEventAt, now)}, ${code}`
}

/** What has no markup of a sender in it is called rather than written as an element, which halves the time. */
function Row({ session, now }: SessionRowProps): JSX.Element {
  const look = lookOf(session)
  return (
    <li class={rowClass(session)} id={attr(ids.row(session.id))}>
      {Icon({ name: look.icon, tone: look.tone })}
      <div class="name">
        <a href={attr(paths.session(session.source, session.name))} dir="auto" safe>
          {session.name}
        </a>
        <small safe>{subtitle(session)}</small>
      </div>
      <div class="why">
        <b class={look.tone} safe>
          {look.word}
        </b>
        {Why({ session, now })}
      </div>
      <small class="age">
        {session.lastEventAt === null ? 'no event yet' : 'last event '}
        {session.lastEventAt !== null && Ago({ at: session.lastEventAt, now })}
      </small>
      {Sparkline(session)}
      {NextStep({ session, now })}
    </li>
  )
}

function rowClass(session: SessionRecord): string {
  if (!needsYou(session)) return 'row'
  return rankOf(session) <= 2 ? 'row bad' : 'row need'
}

/** A link to where the next thing is done: the word says what waits there. */
function NextStep({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  if (session.status !== 'qr') return '<span class="act"></span>'
  const href = attr(paths.session(session.source, session.name))
  return (
    <a class="act button main" href={`${href}#session-qr`}>
      {Thumbnail(session, now)}
      {session.pairingCode ? 'Show code' : 'Show QR'}
      <span class="sr" safe>{` of ${session.name}`}</span>
    </a>
  )
}

/** Fetched only when the row comes into view: codes drawn into the page would weigh megabytes when hundreds wait. */
function Thumbnail({ source, name, qr }: SessionRecord, now: Instant): JSX.Element {
  if (!qr?.code || qr.expiresAt <= now) return ''
  return <img class="thumb" src={attr(paths.qr(source, name, qr.receivedAt))} alt="" width="36" height="36" loading="lazy" decoding="async" />
}

function subtitle({ account, source }: SessionRecord): string {
  return `${account ? maskId(account.id) : 'not paired'} · ${source}`
}

/** "logged out · 4 min ago", "code 3 · expires in 14 s", "for 12 days". */
function Why({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  const { status, qr, health } = session
  if (status === 'qr' && qr) {
    return (
      <small>
        code {qr.count} · {qr.expiresAt > now ? 'expires' : 'expired'} {Ago({ at: qr.expiresAt, now })}
      </small>
    )
  }
  const words = health === 'flapping' ? 'comes and goes' : whyOf(session)
  if (words === null) {
    return <small>for {Lasting({ since: session.since, now })}</small>
  }
  return (
    <small>
      <bdi safe>{words}</bdi> · {Ago({ at: session.since, now })}
    </small>
  )
}
