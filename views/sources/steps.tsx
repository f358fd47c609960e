import { Html } from '@elysiajs/html'

const STEPS = ['Sender', 'Source', 'Connect'] as const

/** Where one is on the way to a new source. */
export function Steps({ at }: { at: 1 | 2 | 3 }): JSX.Element {
  return (
    <ol class="steps" aria-label="Steps">
      {STEPS.map((word, index) => (
        <li aria-current={index + 1 === at ? 'step' : undefined} class={index + 1 < at ? 'done' : undefined}>
          <span aria-hidden="true" safe>
            {String(index + 1)}
          </span>
          <span>{word}</span>
        </li>
      ))}
    </ol>
  )
}
