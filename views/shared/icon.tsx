import { Html } from '@elysiajs/html'
import { paths } from '../paths'

export type IconName =
  | 'ok' | 'qr' | 'busy' | 'moon' | 'down' | 'key' | 'new' | 'stop' | 'flap' | 'stuck' | 'search' | 'sun' | 'contrast' | 'user' | 'close'
  | 'in' | 'out' | 'tick' | 'ticks' | 'clock' | 'alert' | 'phone' | 'video' | 'arrow' | 'message' | 'copy' | 'inbox' | 'help'

/** A decoration beside a word: never the only carrier of a meaning, hence hidden from screen readers. */
export function Icon({ name, tone }: { name: IconName; tone?: string }): JSX.Element {
  return (
    <svg class={tone ? `i ${tone}` : 'i'} aria-hidden="true">
      <use href={paths.icon(name)} />
    </svg>
  )
}
