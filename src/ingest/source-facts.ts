import { sessionIdOf } from '../domain/id'
import { type Needle, needlesOf } from '../domain/known-secrets'
import { type Allowances, narrowest } from '../domain/staleness'
import { acceptedSchemes } from '../providers'
import type { SchemeSetting } from '../signing/scheme'
import type { Source } from '../store/sources'

/** What follows from a source's settings, worked out once and not for every delivery: the book makes new sources when they change. */
export interface SourceFacts {
  schemes: readonly SchemeSetting[]
  /** The texts of its live secrets. */
  secrets: readonly string[]
  /** The same, as bodies would hold them. */
  needles: readonly Needle[]
  allowances(defaults: Allowances): Allowances
  /** The id of its session of this name. */
  sessionId(name: string): string
}

export function factsOf(source: Source): SourceFacts {
  let facts = known.get(source)
  if (!facts) known.set(source, (facts = workOut(source)))
  return facts
}

/** Senders make up the names: beyond so many they are worked out anew. */
const MOST_SESSIONS = 50_000

const known = new WeakMap<Source, SourceFacts>()

function workOut(source: Source): SourceFacts {
  const secrets = source.secrets.map((secret) => secret.value)
  let merged: Allowances | undefined
  const sessionIds = new Map<string, string>()
  return {
    schemes: acceptedSchemes(source),
    secrets,
    needles: needlesOf(secrets),
    allowances: (defaults) => (merged ??= narrowest(defaults, source)),
    sessionId(name) {
      let id = sessionIds.get(name)
      if (id === undefined) {
        if (sessionIds.size > MOST_SESSIONS) sessionIds.clear()
        sessionIds.set(name, (id = sessionIdOf(source.id, name)))
      }
      return id
    },
  }
}
