/**
 * The only place that builds URLs of the dashboard. Whatever a sender chose (session names, ids) is encoded here.
 */

import type { Status } from '../src/domain/event'
import type { Health } from '../src/domain/records'
import { versioned } from './asset-versions'

/** What the sessions page can be asked for; all of it lives in the URL. */
export interface SessionsQuery {
  q?: string
  status?: Status[]
  health?: Health[]
  source?: string
  owner?: string
  sort?: SessionsSort
  group?: 'source'
}

export const SESSIONS_SORTS = ['worst', 'name', 'recent', 'busy'] as const
export type SessionsSort = (typeof SESSIONS_SORTS)[number]

export interface EventsQuery {
  q?: string
  cursor?: string
}

export const paths = {
  sessions: (query: SessionsQuery = {}) => withQuery('/', { ...query, status: query.status?.join(','), health: query.health?.join(',') }),
  session: (source: string, name: string) => `/sessions/${segment(source)}/${segment(name)}`,
  /** The code as a picture; `receivedAt` makes each code's address its own. */
  qr: (source: string, name: string, receivedAt: number) => `/api/v1/sessions/${segment(source)}/${segment(name)}/qr.svg?of=${receivedAt}`,
  control: (source: string, name: string, action: string) => `/sessions/${segment(source)}/${segment(name)}/control/${segment(action)}`,
  sourceControl: (source: string, action = '') => `/sources/${segment(source)}/control${action && `/${segment(action)}`}`,
  events: (query: EventsQuery = {}) => withQuery('/events', { ...query }),
  event: (id: string) => `/events/${segment(id)}`,
  replayEvent: (id: string) => `/events/${segment(id)}/replays`,
  sources: () => '/sources',
  /** The first steps of adding one; with a provider, the second. */
  connect: (provider?: string) => withQuery('/connect', { provider }),
  source: (slug: string) => `/sources/${segment(slug)}`,
  connectSource: (slug: string) => `/sources/${segment(slug)}/connect`,
  deleteSource: (slug: string) => `/sources/${segment(slug)}/delete`,
  sourceProvider: (slug: string) => `/sources/${segment(slug)}/provider`,
  sourceSecrets: (slug: string) => `/sources/${segment(slug)}/secrets`,
  retireSecret: (slug: string, id: string) => `/sources/${segment(slug)}/secrets/${segment(id)}/retire`,
  forgetMismatches: (slug: string) => `/sources/${segment(slug)}/mismatches/forget`,
  rejections: (slug: string, cursor?: string) => withQuery(`/sources/${segment(slug)}/rejections`, { cursor }),
  quarantine: (slug: string, cursor?: string) => withQuery(`/sources/${segment(slug)}/quarantine`, { cursor }),
  replayQuarantine: (slug: string) => `/sources/${segment(slug)}/quarantine/replays`,
  quarantined: (slug: string, id: string) => `/sources/${segment(slug)}/quarantine/${segment(id)}`,
  replayQuarantined: (slug: string, id: string) => `/sources/${segment(slug)}/quarantine/${segment(id)}/replays`,
  putAway: (slug: string, id: string) => `/sources/${segment(slug)}/quarantine/${segment(id)}/put-away`,
  live: (topic: string) => withQuery('/live', { topic }),
  setup: () => '/setup',
  login: () => '/login',
  logout: () => '/logout',
  apiKeys: () => '/settings/api-keys',
  revokeApiKey: (id: string) => `/settings/api-keys/${segment(id)}/revoke`,
  asset: (name: string) => `/assets/${versioned(name)}`,
  icon: (name: string) => `/assets/${versioned('icons.svg')}#${name}`,
}

/** The search that shows one session's events on the events page. */
export function sessionSearch(source: string, name: string): string {
  return `source:${quoted(source)} session:${quoted(name)}`
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value
}

function segment(value: string): string {
  return encodeURIComponent(value)
}

function withQuery(path: string, values: Record<string, string | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value) params.set(name, value)
  const query = params.toString()
  return query ? `${path}?${query}` : path
}
