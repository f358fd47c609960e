import { Html } from '@elysiajs/html'
import { STATUSES } from '../../src/domain/event'
import { attr } from '../format'
import { searchAsYouType } from '../live'
import { paths, type SessionsQuery, type SessionsSort } from '../paths'
import { Icon } from '../shared/icon'
import { HEALTH_LOOKS, STATUS_LOOKS } from '../shared/status'
import { HEALTHS, isFiltered } from './query'

export interface FilterChoices {
  sources: string[]
  owners: { id: string; name: string }[]
}

const SORT_WORDS: Record<SessionsSort, string> = { worst: 'Worst first', name: 'Name', recent: 'Latest event', busy: 'Busiest' }

/** A plain GET form: works without scripts; with them, each choice takes effect at once. */
export function Filters({ query, choices }: { query: SessionsQuery; choices: FilterChoices }): JSX.Element {
  return (
    <form class="filters" method="get" action={paths.sessions()} role="search" {...searchAsYouType(paths.sessions(), '#sessions')}>
      <label class="search">
        <span class="sr">Search sessions</span>
        <Icon name="search" />
        <input type="search" name="q" value={attr(query.q ?? '')} placeholder="Name, number, source, owner" autocomplete="off" data-search />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <div class="choices">
        <Choice name="status" label="Status" chosen={query.status?.join(',')} options={STATUSES.map((status) => [status, STATUS_LOOKS[status].word])} />
        <Choice name="health" label="Health" chosen={query.health?.join(',')} options={HEALTHS.map((health) => [health, HEALTH_LOOKS[health].word])} />
        {choices.sources.length > 1 && <Choice name="source" label="Source" chosen={query.source} options={choices.sources.map((slug) => [slug, slug])} />}
        {choices.owners.length > 0 && <Choice name="owner" label="Owner" chosen={query.owner} options={choices.owners.map(({ id, name }) => [id, name])} />}
        <Choice name="sort" label="Sort" chosen={query.sort} first="Worst first" options={Object.entries(SORT_WORDS).slice(1)} />
        {choices.sources.length > 1 && <Choice name="group" label="Group" chosen={query.group} first="No groups" options={[['source', 'By source']]} />}
        <button type="submit" class="js-hide">
          Apply
        </button>
      </div>
    </form>
  )
}

interface ChoiceProps {
  name: string
  label: string
  chosen: string | undefined
  /** The word for "no choice"; "Any status" when not given. */
  first?: string
  options: [value: string, word: string][]
}

function Choice({ name, label, chosen, first = `Any ${label.toLowerCase()}`, options }: ChoiceProps): JSX.Element {
  const isListed = !chosen || options.some(([value]) => value === chosen)
  return (
    <label class={chosen ? 'choice on' : 'choice'}>
      <span class="sr" safe>
        {label}
      </span>
      <select name={name}>
        <option value="" safe>
          {first}
        </option>
        {!isListed && (
          <option value={attr(chosen)} selected safe>
            {chosen.replaceAll(',', ', ')}
          </option>
        )}
        {options.map(([value, word]) => (
          <option value={attr(value)} selected={value === chosen} safe>
            {word}
          </option>
        ))}
      </select>
    </label>
  )
}

/** What is filtered now, each to be taken away again. */
export function Chips({ query, choices }: { query: SessionsQuery; choices: FilterChoices }): JSX.Element {
  if (!isFiltered(query)) return ''
  return (
    <p class="chips">
      {chipsOf(query, choices).map((chip) => (
        <a class="chip" href={attr(paths.sessions(chip.without))}>
          <span class="sr">Remove filter: </span>
          <bdi safe>{chip.word}</bdi>
          <Icon name="close" />
        </a>
      ))}
      <a class="clear" href={paths.sessions({ ...(query.sort && { sort: query.sort }), ...(query.group && { group: query.group }) })}>
        Clear all
      </a>
    </p>
  )
}

function chipsOf(query: SessionsQuery, { owners }: FilterChoices): { word: string; without: SessionsQuery }[] {
  const { q, status, health, source, owner, ...rest } = query
  const all = { ...rest, ...(q && { q }), ...(status && { status }), ...(health && { health }), ...(source && { source }), ...(owner && { owner }) }
  const chips: { word: string; without: SessionsQuery }[] = []
  const add = (name: 'q' | 'status' | 'health' | 'source' | 'owner', word: string): void => {
    const { [name]: _, ...without } = all
    chips.push({ word, without })
  }
  if (q) add('q', `“${q}”`)
  if (status) add('status', status.map((each) => STATUS_LOOKS[each].word).join(' or '))
  if (health) add('health', `health: ${health.map((each) => HEALTH_LOOKS[each].word.toLowerCase()).join(' or ')}`)
  if (source) add('source', `source: ${source}`)
  if (owner) add('owner', `owner: ${owners.find(({ id }) => id === owner)?.name ?? owner}`)
  return chips
}
