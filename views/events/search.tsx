import { Html } from '@elysiajs/html'
import { attr } from '../format'
import { searchAsYouType } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'

const QUALIFIERS: [example: string, meaning: string][] = [
  ['type:message.ack', 'of this type; type:session.* for a family'],
  ['session:acme-sales', 'of this session'],
  ['source:waha-1', 'of this source'],
  ['since:2h', 'not older than this; also 30m, 7d, or a date'],
  ['until:2026-07-28', 'not newer than this'],
  ['text:"order 4711"', 'whose text contains this'],
]

export function EventSearch({ q }: { q: string }): JSX.Element {
  return (
    <form class="filters" method="get" action={paths.events()} role="search" {...searchAsYouType(paths.events(), '#events')}>
      <label class="search">
        <span class="sr">Search events</span>
        <Icon name="search" />
        <input
          type="search"
          name="q"
          value={attr(q)}
          placeholder="type:message.ack since:2h"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          data-search
          aria-describedby="search-problem"
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <button type="submit" class="js-hide">
        Search
      </button>
    </form>
  )
}

export function SearchHelp(): JSX.Element {
  return (
    <details class="search-help">
      <summary>What can be searched</summary>
      <dl>
        {QUALIFIERS.map(([example, meaning]) => (
          <div>
            <dt>
              <a href={attr(paths.events({ q: example }))}>
                <code safe>{example}</code>
              </a>
            </dt>
            <dd safe>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
