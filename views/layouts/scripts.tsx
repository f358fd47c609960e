import { Html } from '@elysiajs/html'
import { paths } from '../paths'

/**
 * At the end of the body and not deferred, on purpose: a deferred htmx starts by a timer, which may fire before the
 * next script has arrived, and then the stream is never opened. While the document is still being parsed it waits for all.
 */
export function Scripts({ live }: { live: boolean }): JSX.Element {
  return (
    <>
      {live && <script src={paths.asset('htmx.js')} />}
      {live && <script src={paths.asset('hx-sse.js')} />}
      <script src={paths.asset('app.js')} />
    </>
  )
}
