import { Html } from '@elysiajs/html'
import type { Worst } from '../worst'

/** Fragment `worst`: app.js reads it into the tab's title and icon whenever it is swapped. */
export function WorstMark({ worst }: { worst: Worst }): JSX.Element {
  return <data id="worst" hidden value={String(worst.count)} data-level={worst.level} />
}
