import { Html } from '@elysiajs/html'
import { paths } from '../paths'

/**
 * The page's one stream. It stands outside of everything that is morphed, so that it lives as long as the page.
 * htmx does not retry a first connect that failed: the trigger does, and does nothing while connected.
 */
export function LiveStream({ topic }: { topic: string }): JSX.Element {
  return <div id="live" hidden hx-sse:connect={paths.live(topic)} hx-trigger="load, every 10s" hx-swap="none" />
}
