import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { SessionRecord } from '../../src/domain/records'
import { attr, duration, maskId, number } from '../format'
import { ids } from '../live'
import { paths, sessionSearch } from '../paths'
import { Pair } from '../shared/pair'
import { Sparkline } from '../shared/sparkline'
import { Ago, Moment } from '../shared/time'
import { StateChart } from './state-chart'

/** Fragment `session-facts`: account, state chart, counts, and when each kind of event last came. */
export function SessionFacts({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  const { account, owner, counts } = session
  return (
    <section class="card facts" id={ids.facts} aria-labelledby="facts-title">
      <h2 id="facts-title">State and facts</h2>
      <StateChart status={session.status} />
      <dl class="pairs">
        <Pair term="Account">{account ? <bdi safe>{account.name ? `${account.name} · ${maskId(account.id)}` : maskId(account.id)}</bdi> : 'not paired'}</Pair>
        <Pair term="Owner">{owner ? <bdi safe>{owner.name}</bdi> : 'nobody'}</Pair>
        <Pair term="Source">
          <span safe>{`${session.source} (${session.provider})`}</span>
        </Pair>
        <Pair term="Known since">
          <Moment at={session.createdAt} />
        </Pair>
        <Pair term="Usual silence">
          <span safe>{session.usualGapMs === null ? 'not known yet' : `at most ${duration(session.usualGapMs)}`}</span>
        </Pair>
        <Pair term="Last hour">
          <Sparkline activity={session.activity} />
        </Pair>
      </dl>
      <ul class="tally">
        <Tally count={counts.events} word="events" />
        <Tally count={counts.messagesReceived} word="messages in" />
        <Tally count={counts.messagesSent} word="messages out" />
        <Tally count={counts.calls} word="calls" />
        <Tally count={counts.reconnects} word="reconnects" />
      </ul>
      <LastOf session={session} now={now} />
    </section>
  )
}

function Tally({ count, word }: { count: number; word: string }): JSX.Element {
  return (
    <li>
      <b safe>{number(count)}</b>
      <span safe>{word}</span>
    </li>
  )
}

/** Answers "are acks still coming?" at a glance. */
function LastOf({ session, now }: { session: SessionRecord; now: Instant }): JSX.Element {
  const entries = Object.entries(session.lastOf)
    .map(([type, at]): [string, Instant] => [type, at ?? 0])
    .sort((a, b) => b[1] - a[1])
  if (entries.length === 0) return ''
  return (
    <table class="last-of">
      <caption>Last received of each kind</caption>
      <tbody>
        {entries.map(([type, at]) => (
          <tr>
            <th scope="row">
              <a href={attr(paths.events({ q: `${sessionSearch(session.source, session.name)} type:${type}` }))}>
                <code safe>{type}</code>
              </a>
            </th>
            <td>
              <Ago at={at} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
