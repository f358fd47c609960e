import { Html } from '@elysiajs/html'
import { Icon } from '../shared/icon'

/** Fragment `notice`: what everybody must know about the server itself, on every page; empty when there is nothing. */
export function NoticeBar({ notice }: { notice: string | null }): JSX.Element {
  return (
    <div id="notice" class="notice" role="status" hidden={notice === null}>
      {notice !== null && (
        <p class="flash error">
          <Icon name="alert" />
          <span safe>{notice}</span>
        </p>
      )}
    </div>
  )
}
