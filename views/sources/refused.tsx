import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import { number } from '../format'
import { Icon } from '../shared/icon'
import { Ago } from '../shared/time'
import type { Refused } from './model'
import { remedyOf } from './remedies'

/** Refused deliveries by reason, the latest first: what was wrong, what to do, how often, from where. */
export function RefusedList({ refused, now }: { refused: readonly Refused[]; now: Instant }): JSX.Element {
  return (
    <ul class="refused">
      {refused.map((one) => (
        <li>
          <Icon name="alert" tone="down" />
          <div class="what">
            <RefusedWords refused={one} />
            <small>
              <span safe>{fromWhere(one)}</span>
              {one.sessions.length > 0 && (
                <>
                  {' '}
                  · for <bdi safe>{one.sessions.join(', ')}</bdi>
                </>
              )}
            </small>
          </div>
          <div class="times">
            <b safe>{`${number(one.times)} ×`}</b>
            <small>
              <Ago at={one.lastAt} now={now} />
            </small>
          </div>
        </li>
      ))}
    </ul>
  )
}

/** Why, and what to do about it. */
export function RefusedWords({ refused }: { refused: Pick<Refused, 'code' | 'message'> }): JSX.Element {
  const remedy = remedyOf(refused)
  return (
    <>
      <b class="reason" safe>
        {remedy.reason}
      </b>
      <span class="remedy" safe>
        {remedy.remedy}
      </span>
    </>
  )
}

function fromWhere({ addresses, addressCount }: Refused): string {
  const more = addressCount - addresses.length
  const known = addresses.map((address) => (address === 'many' ? 'many addresses' : address)).join(', ')
  return more > 0 ? `from ${known} and ${number(more)} more` : `from ${known}`
}
