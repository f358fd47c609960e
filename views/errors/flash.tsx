import { Html } from '@elysiajs/html'
import { Icon } from '../shared/icon'

/** Fragment: one message above a page's content, after something was done or refused. */
export function Flash({ kind, message }: { kind: 'done' | 'error'; message: string }): JSX.Element {
  return (
    <p class={`flash ${kind}`} id="flash" role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={kind === 'error' ? 'alert' : 'ok'} />
      <span safe>{message}</span>
    </p>
  )
}
