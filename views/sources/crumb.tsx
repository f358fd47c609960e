import { Html, type PropsWithChildren } from '@elysiajs/html'
import { attr } from '../format'
import { paths } from '../paths'
import type { SourceView } from './model'

/** The way to a page below a source's own; children are further steps. */
export function SourceCrumb({ source, children }: PropsWithChildren<{ source: Pick<SourceView, 'slug' | 'label'> }>): JSX.Element {
  return (
    <nav class="crumb" aria-label="Breadcrumb">
      <a href={paths.sources()}>Sources</a>
      <a href={attr(paths.source(source.slug))} dir="auto" safe>
        {source.label}
      </a>
      {children}
    </nav>
  )
}
