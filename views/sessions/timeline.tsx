import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { TransitionRecord } from '../../src/domain/records'
import { duration, plural } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { STATUS_LOOKS, whyOf } from '../shared/status'
import { Ago, Clock } from '../shared/time'
import { collapseFlapping, type Flapping } from './collapse'

/** Fragment `session-timeline`: where it has been, newest first. */
export function SessionTimeline({ transitions, now }: { transitions: readonly TransitionRecord[]; now: Instant }): JSX.Element {
  return (
    <section class="card" id={ids.timeline} aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      {transitions.length === 0 && <p class="soft">Nothing has changed yet.</p>}
      <ol class="timeline">
        {collapseFlapping(transitions).map((item) =>
          item.kind === 'flapping' ? <FlappingEntry flapping={item} now={now} /> : <Entry transition={item.transition} now={now} />,
        )}
      </ol>
    </section>
  )
}

function Entry({ transition, now }: { transition: TransitionRecord; now: Instant }): JSX.Element {
  const look = STATUS_LOOKS[transition.to]
  const why = whyOf(transition)
  return (
    <li>
      <Icon name={look.icon} tone={look.tone} />
      <span class="what">
        <a href={paths.event(transition.eventId)} safe>
          {look.word}
        </a>
        {why !== null && (
          <small dir="auto" safe>
            {why}
          </small>
        )}
      </span>
      <Ago at={transition.at} now={now} />
    </li>
  )
}

const SHOWN = 40

function FlappingEntry({ flapping, now }: { flapping: Flapping; now: Instant }): JSX.Element {
  const { reconnects, transitions, from, to } = flapping
  return (
    <li>
      <Icon name="flap" tone="wait" />
      <details id={`flapping-${from}`}>
        <summary>
          <span safe>{`${plural(reconnects, 'reconnect')} in ${duration(to - from)}`}</span>
        </summary>
        <ol>
          {transitions.slice(0, SHOWN).map((transition) => (
            <li>
              <Clock at={transition.at} />{' '}
              <a href={paths.event(transition.eventId)} safe>
                {STATUS_LOOKS[transition.to].word.toLowerCase()}
              </a>
            </li>
          ))}
        </ol>
        {transitions.length > SHOWN && <p class="soft" safe>{`and ${transitions.length - SHOWN} before these`}</p>}
      </details>
      <Ago at={to} now={now} />
    </li>
  )
}
