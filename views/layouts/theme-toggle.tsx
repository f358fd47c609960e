import { Html } from '@elysiajs/html'
import { Icon } from '../shared/icon'

/** Cycles system, light, dark. Needs its script, so it is hidden until that runs; without it the system's theme holds. */
export function ThemeToggle(): JSX.Element {
  return (
    <button type="button" class="ghost" data-theme-toggle hidden aria-label="Theme: system" hx-morph-skip>
      <Icon name="contrast" />
    </button>
  )
}
