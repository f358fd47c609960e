import { Html } from '@elysiajs/html'
import type { Ack } from '../../src/domain/event'
import { ackWord } from '../events/summary'
import { Icon, type IconName } from './icon'

const ICONS: Record<Ack, IconName> = { [-1]: 'alert', 0: 'clock', 1: 'tick', 2: 'ticks', 3: 'ticks', 4: 'ticks' }

/** WhatsApp's ticks, with the word for them. */
export function Ticks({ ack }: { ack: Ack }): JSX.Element {
  return (
    <span class={ack === -1 ? 'ticks down' : ack >= 3 ? 'ticks busy' : 'ticks'}>
      <Icon name={ICONS[ack]} />
      <span safe>{ackWord(ack)}</span>
    </span>
  )
}
