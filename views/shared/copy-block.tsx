import { Html } from '@elysiajs/html'
import { paths } from '../paths'

/** Text to take along: one touch copies it. Without its script there is no button, and one click marks it all. */
export function CopyBlock({ text }: { text: string }): JSX.Element {
  return (
    <div class="copy">
      <pre tabindex="0" data-copy safe>
        {text}
      </pre>
      <button type="button" data-copies hidden hx-morph-skip>
        Copy
      </button>
    </div>
  )
}

/** One serves every CopyBlock of a page; a second would listen, and copy, twice. */
export function CopyScript(): JSX.Element {
  return <script src={paths.asset('copy.js')} defer />
}
