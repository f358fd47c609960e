import { Html } from '@elysiajs/html'
import { Plain } from '../layouts/plain'
import { paths } from '../paths'

export interface ErrorPageProps {
  status: number
  /** What went wrong in this case, when it may be told. */
  message?: string
  requestId: string
}

export function ErrorPage({ status, message, requestId }: ErrorPageProps): JSX.Element {
  const { title, next } = WORDS[status] ?? (status >= 500 ? BROKEN : REFUSED)
  return (
    <Plain title={title}>
      <section class="card gate">
        <p class="soft">{status}</p>
        <h1 safe>{title}</h1>
        <p safe>{message ?? next}</p>
        <p>
          <a class="button main" href={paths.sessions()}>
            Go to sessions
          </a>
        </p>
        <p class="soft">
          Request <code safe>{requestId}</code>
        </p>
      </section>
    </Plain>
  )
}

const BROKEN = { title: 'Something broke', next: 'The error is logged with the request id below. Nothing that was received is lost.' }
const REFUSED = { title: 'That did not work', next: 'The request was refused.' }

const WORDS: Record<number, { title: string; next: string }> = {
  403: { title: 'Not allowed', next: 'Your role does not permit this. An admin can change it.' },
  404: { title: 'Not found', next: 'There is nothing here. It may have been removed by retention, or the link is wrong.' },
  429: { title: 'Too many tries', next: 'Wait a minute, then try again.' },
  500: BROKEN,
  503: { title: 'Not available right now', next: 'Try again in a moment.' },
}
