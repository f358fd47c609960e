import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { ids } from '../live'
import { Badge } from '../shared/badge'
import { lookOf, whyOf } from '../shared/status'
import { Ago, Lasting } from '../shared/time'

/** Fragment `session-head`: what it is called, where it is, why, and when it last spoke. */
export function SessionHead({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  const why = whyOf(session)
  return (
    <div class="head" id={ids.head}>
      <h1 dir="auto" safe>
        {session.name}
      </h1>
      <p class="lead">
        <Badge look={lookOf(session)} />
        <span class="soft">
          for <Lasting since={session.since} now={now} />
        </span>
        {why !== null && (
          <span class="soft" dir="auto" safe>
            {why}
          </span>
        )}
        <LastEvent session={session} now={now} />
      </p>
      <Said session={session} />
    </div>
  )
}

function LastEvent({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  if (session.lastEventAt === null) return <span class="soft">no event yet</span>
  return (
    <span class="soft">
      last event <Ago at={session.lastEventAt} now={now} />
    </span>
  )
}

/** The sender's own words, when the reason did not already give them. */
function Said({ session }: { session: SessionRecord }): JSX.Element {
  if (!session.detail || !session.reason || session.reason === 'unknown') return ''
  return (
    <p class="soft said">
      The sender said:{' '}
      <q dir="auto" safe>
        {session.detail}
      </q>
    </p>
  )
}
