import { Html } from '@elysiajs/html'
import { paths } from '../paths'
import type { Worst } from '../worst'

/**
 * `open` is left alone by morphs so that unfolded details stay unfolded. 4xx and 5xx are not swapped: the text of a
 * failed background request must never replace what an operator is reading.
 */
const HTMX_CONFIG = '{"morphIgnore":["data-htmx-powered","open"],"noSwap":[204,304,"4xx","5xx"]}'

/** theme.js stands before the stylesheet, so that the first paint has the chosen theme. */
export function Head({ title, worst }: { title: string; worst: Worst }): JSX.Element {
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <meta name="htmx-config" content={HTMX_CONFIG.replaceAll('"', '&quot;')} />
      <title safe>{title}</title>
      <link rel="icon" type="image/svg+xml" href={paths.asset(`favicon-${worst.level}.svg`)} id="favicon" />
      <script src={paths.asset('theme.js')} />
      <link rel="stylesheet" href={paths.asset('app.css')} />
    </head>
  )
}
