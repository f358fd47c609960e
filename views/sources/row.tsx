import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { attr, duration, number, plural } from '../format'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { STATUS_LOOKS } from '../shared/status'
import { Ago } from '../shared/time'
import type { SourceView } from './model'
import { ProofBadge, proofLookOf } from './proof'

/** One source of the list. */
export function SourceRow({ source, now }: { source: SourceView; now: Instant }): JSX.Element {
  const look = proofLookOf(source)
  return (
    <li class={`row source-row${toneOf(source)}`}>
      <Icon name={look.icon} tone={look.tone} />
      <div class="name">
        <a href={attr(paths.source(source.slug))} dir="auto" safe>
          {source.label}
        </a>
        <small safe>{`${source.slug} · ${source.provider.label}`}</small>
      </div>
      <div class="why">
        <StatusCounts source={source} />
        {source.lastEventAt !== null && (
          <small>
            last event <Ago at={source.lastEventAt} now={now} />
          </small>
        )}
      </div>
      <div class="proof">
        <ProofBadge source={source} />
        <small safe>{secretWords(source, now)}</small>
      </div>
      <Trouble source={source} />
      <span class="act" aria-hidden="true" />
    </li>
  )
}

/** Sessions by status, as icon and number; the word is for those who cannot see the icon. */
function StatusCounts({ source }: { source: SourceView }): JSX.Element {
  if (source.sessions.length === 0) return <span class="soft">no event yet</span>
  return (
    <ul class="statuses">
      {source.sessions.map(({ status, count }) => (
        <li class={STATUS_LOOKS[status].tone} title={attr(STATUS_LOOKS[status].word)}>
          <Icon name={STATUS_LOOKS[status].icon} />
          <b safe>{number(count)}</b>
          <span class="sr" safe>
            {STATUS_LOOKS[status].word}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Trouble({ source }: { source: SourceView }): JSX.Element {
  if (source.rejected === 0 && source.quarantined === 0) return <div class="trouble soft">none refused in 24 h</div>
  return (
    <div class="trouble">
      {source.rejected > 0 && (
        <a class="down" href={attr(paths.rejections(source.slug))}>
          <b safe>{number(source.rejected)}</b> refused in 24 h
        </a>
      )}
      {source.quarantined > 0 && (
        <a class="wait" href={attr(paths.quarantine(source.slug))}>
          <b safe>{number(source.quarantined)}</b> in quarantine
        </a>
      )}
    </div>
  )
}

function secretWords({ secrets }: SourceView, now: Instant): string {
  if (!secrets.isNeeded) return 'asks for no secret'
  if (secrets.oldestAt === null) return 'every delivery is refused'
  const age = duration(now - secrets.oldestAt)
  if (secrets.live === 1) return `1 secret, ${age} old`
  return `${plural(secrets.live, 'secret')}${secrets.isRotating ? ', rotating' : ''}, the older ${age} old`
}

function toneOf(source: SourceView): string {
  const { tone } = proofLookOf(source)
  if (source.rejected > 0 || tone === 'down') return ' bad'
  return source.quarantined > 0 || tone === 'wait' ? ' need' : ''
}
