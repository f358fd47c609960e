import { Html } from '@elysiajs/html'
import { attr } from '../format'
import type { Operator } from '../layouts/header'
import { Page } from '../layouts/page'
import { paths } from '../paths'
import type { Worst } from '../worst'
import { SourceControl, type SourceControlProps } from './control'

export interface SourceControlPageProps extends SourceControlProps {
  operator: Operator | null
  worst: Worst
}

/** The card alone on a page: where its forms lead, with or without scripts. */
export function SourceControlPage({ operator, worst, ...card }: SourceControlPageProps): JSX.Element {
  const { source } = card.view
  return (
    <Page title={`Control API of ${source}`} worst={worst} operator={operator} path={paths.sourceControl(source)} topic={null}>
      <nav class="crumb" aria-label="Breadcrumb">
        <a href={paths.sources()}>Sources</a>
        <a href={attr(paths.source(source))} safe>
          {source}
        </a>
      </nav>
      <div class="head">
        <h1 safe>{source}</h1>
      </div>
      <SourceControl {...card} />
    </Page>
  )
}
