import { paths } from '../paths'
import type { Tone } from './status'

export type IconName =
  | 'ok'
  | 'qr'
  | 'busy'
  | 'moon'
  | 'down'
  | 'key'
  | 'new'
  | 'stop'
  | 'flap'
  | 'stuck'
  | 'search'
  | 'sun'
  | 'contrast'
  | 'user'
  | 'close'
  | 'in'
  | 'out'
  | 'tick'
  | 'ticks'
  | 'clock'
  | 'alert'
  | 'phone'
  | 'video'
  | 'arrow'
  | 'message'
  | 'copy'
  | 'inbox'
  | 'help'
  | 'shield'

/** A page has hundreds, of a few dozen kinds. Both parts of the key are words of ours. */
const drawn = new Map<string, string>()

/** A decoration beside a word: never the only carrier of a meaning, hence hidden from screen readers. */
export function Icon({ name, tone }: { name: IconName; tone?: Tone }): JSX.Element {
  const key = tone ? `${name} ${tone}` : name
  const known = drawn.get(key)
  if (known !== undefined) return known
  const icon = `<svg class="${tone ? `i ${tone}` : 'i'}" aria-hidden="true"><use href="${paths.icon(name)}"/></svg>`
  drawn.set(key, icon)
  return icon
}
