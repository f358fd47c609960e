import { Html } from '@elysiajs/html'

/** One term and what it is, inside `<dl class="pairs">`. */
export function Pair({ term, children }: { term: string; children: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt safe>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
