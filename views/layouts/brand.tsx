import { Html } from '@elysiajs/html'
import { paths } from '../paths'

/** A line with a person in the middle of it. */
export function Brand(): JSX.Element {
  return (
    <a class="brand" href={paths.sessions()}>
      <svg width="26" height="16" viewBox="0 0 26 16" aria-hidden="true">
        <path d="M1 8h6m12 0h6" />
        <circle cx="13" cy="8" r="5" />
      </svg>
      Linekeeper
    </a>
  )
}
