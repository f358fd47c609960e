import { Html } from '@elysiajs/html'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Brand } from './brand'
import { ThemeToggle } from './theme-toggle'

export interface Operator {
  name: string
  role: 'admin' | 'operator' | 'viewer'
  /** What the server has to tell about itself: it comes with the operator, so that no page can forget it. */
  notice?: string | null
}

/** More pages come; each is one line here. `under` says which paths belong to it. */
const PAGES = [
  { word: 'Sessions', href: paths.sessions(), under: /^\/($|sessions)/ },
  { word: 'Events', href: paths.events(), under: /^\/events/ },
  { word: 'Sources', href: paths.sources(), under: /^\/(sources|connect)/ },
]

export function Header({ operator, path, live }: { operator: Operator | null; path: string; live: boolean }): JSX.Element {
  return (
    <header class="bar">
      <Brand />
      <nav class="nav" aria-label="Main">
        {PAGES.map((page) => (
          <a href={page.href} aria-current={page.under.test(path) ? 'page' : undefined} safe>
            {page.word}
          </a>
        ))}
      </nav>
      <div class="tools">
        {live && <LiveIndicator />}
        <ThemeToggle />
        {operator !== null && <Account operator={operator} />}
      </div>
    </header>
  )
}

/** Starts as "not live", which is the truth until a script has connected. */
function LiveIndicator(): JSX.Element {
  return (
    <span class="live" id="live-state" data-state="off" hx-morph-skip>
      <i aria-hidden="true" />
      <span>Not live</span>
    </span>
  )
}

function Account({ operator }: { operator: Operator }): JSX.Element {
  return (
    <details class="menu">
      <summary aria-label="Account">
        <Icon name="user" />
      </summary>
      <div class="sheet">
        <p>
          <b safe>{operator.name}</b>
          <small>{operator.role}</small>
        </p>
        {operator.role === 'admin' && <a href={paths.apiKeys()}>API keys</a>}
        <button type="button" data-help hidden>
          Keyboard shortcuts
        </button>
        <form method="post" action={paths.logout()}>
          <button type="submit">Log out</button>
        </form>
      </div>
    </details>
  )
}
