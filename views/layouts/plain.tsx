import { Html, type PropsWithChildren } from '@elysiajs/html'
import { ALL_WELL } from '../worst'
import { Brand } from './brand'
import { Head } from './head'
import { Scripts } from './scripts'
import { ThemeToggle } from './theme-toggle'

/** The document around log-in, set-up and errors: no navigation, nothing live. */
export function Plain({ title, children }: PropsWithChildren<{ title: string }>): JSX.Element {
  return (
    <html lang="en">
      <Head title={`${title} · Linekeeper`} worst={ALL_WELL} />
      <body class="plain" data-role="none">
        <header class="bar">
          <Brand />
          <div class="tools">
            <ThemeToggle />
          </div>
        </header>
        <main id="main">{children}</main>
        <Scripts live={false} />
      </body>
    </html>
  )
}
