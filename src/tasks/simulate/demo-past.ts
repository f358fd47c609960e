/** What had happened to each role of the demo before anybody looked. Times are minutes before now. */
import type { Chance } from './chance'
import { Conversations } from './conversation'
import type { Role } from './demo-cast'
import type { Happening } from './happening'

export interface PastHappening {
  minutesAgo: number
  happening: Happening
}

/**
 * Oldest first. Only WAHA and our own envelope tell when something happened, and are believed up to 24 hours back: what a
 * wwebjs-api line did counts from the moment it is posted.
 */
export function pastOf(role: Role, chance: Chance, now: number): PastHappening[] {
  const past = lineOf(role, chance)
  const from = past.find(({ happening }) => happening.kind === 'connected')?.minutesAgo
  if (from !== undefined) past.push(...talksBetween(role, chance, now, from, endOf(role)))
  return past.sort((a, b) => b.minutesAgo - a.minutesAgo)
}

const CONNECTED: Happening = { kind: 'connected' }
const RECONNECTING: Happening = { kind: 'reconnecting' }

function lineOf({ part }: Role, chance: Chance): PastHappening[] {
  const since = chance.between(5, 23) * 60
  const pairing: PastHappening[] = [
    { minutesAgo: since + 3, happening: { kind: 'starting' } },
    { minutesAgo: since, happening: CONNECTED },
  ]
  switch (part) {
    case 'busy':
    case 'silent':
      return pairing
    case 'calm': {
      if (chance.happens(0.6)) return pairing
      const drop = chance.between(30, since - 60)
      return [...pairing, { minutesAgo: drop, happening: RECONNECTING }, { minutesAgo: drop - chance.between(0.2, 4), happening: CONNECTED }]
    }
    case 'flapping':
      return [
        ...pairing,
        ...[9, 7.1, 5.6, 3.2, 1.4].flatMap((ago) => [
          { minutesAgo: ago, happening: RECONNECTING },
          { minutesAgo: ago - 0.7, happening: CONNECTED },
        ]),
      ]
    case 'logged_out':
      return [...pairing, { minutesAgo: 4, happening: { kind: 'disconnected', reason: 'logged_out' } }]
    case 'replaced':
      return [...pairing, { minutesAgo: 52, happening: { kind: 'disconnected', reason: 'replaced' } }]
    case 'stopped':
      return [...pairing, { minutesAgo: 180, happening: { kind: 'disconnected', reason: 'stopped' } }]
    case 'rejected':
      return [{ minutesAgo: 0, happening: { kind: 'auth_failure', message: 'Unable to restore session' } }]
    case 'scanning':
    case 'loading':
      return []
  }
}

/** When the last word was heard, in minutes before now. */
function endOf({ part }: Role): number {
  if (part === 'logged_out') return 6
  if (part === 'replaced') return 54
  if (part === 'stopped') return 184
  // Silent, and soon for longer than STALE_AFTER allows.
  return part === 'silent' ? 13.5 : 0.2
}

/** People write more often the nearer it gets, so that both the last hour and the day before it show something. */
function talksBetween({ line, part, dialect }: Role, chance: Chance, now: number, from: number, to: number): PastHappening[] {
  const conversations = new Conversations(line, chance)
  const talks: PastHappening[] = []
  const talkAt = (ago: number) => {
    for (const { after, happening } of conversations.next(now - ago * 60_000)) {
      const minutesAgo = ago - after / 60
      if (minutesAgo >= to && happening.kind !== 'media') talks.push({ minutesAgo, happening })
    }
  }
  // Without times of its own all of it would seem to happen at once: just a little.
  const longest = dialect.id === 'wwebjs-api' ? 15 : from
  const mean = part === 'busy' ? 3 : 9
  for (let ago = Math.min(from, longest); ago > to; ago -= chance.wait(ago > 60 ? mean * 12 : mean)) talkAt(ago)
  // And the last word, lest it seem to have gone silent long ago.
  talkAt(part === 'silent' ? to : to + chance.between(0, 8))
  return talks
}
