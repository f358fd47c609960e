import { Html } from '@elysiajs/html'
import { Icon } from './icon'
import type { Look } from './status'

/** Word, icon and colour, in that order of importance. */
export function Badge({ look }: { look: Look }): JSX.Element {
  return (
    <span class={`badge ${look.tone}`}>
      <Icon name={look.icon} />
      <span safe>{look.word}</span>
    </span>
  )
}
