import { type Allowances, narrowest } from '../domain/staleness'
import { acceptedSchemes } from '../providers'
import type { SchemeSetting } from '../signing/scheme'
import type { Source } from '../store/sources'

/** What follows from a source's settings, worked out once and not for every delivery: the book makes new sources when they change. */
export interface SourceFacts {
  schemes: readonly SchemeSetting[]
  /** The texts of its live secrets. */
  secrets: readonly string[]
  allowances(defaults: Allowances): Allowances
}

export function factsOf(source: Source): SourceFacts {
  let facts = known.get(source)
  if (!facts) known.set(source, (facts = workOut(source)))
  return facts
}

const known = new WeakMap<Source, SourceFacts>()

function workOut(source: Source): SourceFacts {
  let merged: Allowances | undefined
  return {
    schemes: acceptedSchemes(source),
    secrets: source.secrets.map((secret) => secret.value),
    allowances: (defaults) => (merged ??= narrowest(defaults, source)),
  }
}
