import { Html } from '@elysiajs/html'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import { Badge } from '../shared/badge'
import type { Worst } from '../worst'
import type { Proof } from './model'
import { STRENGTH_LOOKS } from './proof'
import { Steps } from './steps'

/** A kind of sender that can be chosen. */
export interface SenderChoice {
  id: string
  label: string
  /** What it can do best to prove itself. */
  best: Proof | null
}

/** Step one of three: which sender. */
export function ChooseSenderPage({ operator, worst, senders }: { operator: Operator; worst: Worst; senders: readonly SenderChoice[] }): JSX.Element {
  return (
    <Page title="Add a source" worst={worst} operator={operator} path={paths.connect()} topic={null}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.sources()}>Sources</a>
      </nav>
      <h1>Which sender shall post here?</h1>
      <Steps at={1} />
      <ul class="senders">
        {senders.map((sender) => (
          <li>
            <a class="sender" href={attr(paths.connect(sender.id))}>
              <b safe>{sender.label}</b>
              {sender.best !== null && (
                <>
                  <Badge look={STRENGTH_LOOKS[sender.best.strength]} />
                  <small safe>{sender.best.title}</small>
                </>
              )}
            </a>
          </li>
        ))}
        <li>
          <a class="sender unknown" href={attr(paths.connect('auto'))}>
            <b>I don’t know: find out</b>
            <small>Deliveries of every sender are taken and recognised one by one; after a few, Linekeeper says whose they are.</small>
          </a>
        </li>
      </ul>
    </Page>
  )
}
