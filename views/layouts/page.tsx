import { Html, type PropsWithChildren } from '@elysiajs/html'
import { ALL_WELL, titleOf, type Worst } from '../worst'
import { Head } from './head'
import { Header, type Operator } from './header'
import { KeyboardHelp } from './keyboard-help'
import { LiveStream } from './live-stream'
import { NoticeBar } from './notice'
import { Scripts } from './scripts'
import { WorstMark } from './worst-mark'

export interface PageProps {
  title: string
  worst?: Worst
  operator: Operator | null
  /** The path of the page, for marking where we are in the navigation. */
  path: string
  /** What the page listens to: `sessions`, `session:<id>`, `events`; null for a page that does not change. */
  topic: string | null
}

/** The whole document of a signed-in operator, without the doctype (see toDocument). */
export function Page({ title, worst = ALL_WELL, operator, path, topic, children }: PropsWithChildren<PageProps>): JSX.Element {
  return (
    <html lang="en">
      <Head title={titleOf(title, worst)} worst={worst} />
      <body data-role={operator?.role ?? 'none'}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Header operator={operator} path={path} live={topic !== null} />
        {topic !== null && <LiveStream topic={topic} />}
        <NoticeBar notice={operator?.notice ?? null} />
        <main id="main" tabindex="-1">
          {children}
        </main>
        <WorstMark worst={worst} />
        <p id="announce" class="sr" role="status" aria-live="polite" />
        <KeyboardHelp />
        <Scripts live={topic !== null} />
      </body>
    </html>
  )
}
