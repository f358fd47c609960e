import { equalSecrets, isShared } from './compare'
import { refuse } from './refusal'
import type { SchemeCheck, Secret } from './scheme'

/**
 * The secret itself in the URL, for senders that know neither headers nor signatures (WPPConnect, open-wa's `-w`). Whoever
 * sees the URL, in a proxy's log for instance, can post. It is never the first segment behind `webhook`: that is the session,
 * which is kept and shown.
 */
export const checkUrl: SchemeCheck<'url'> = (delivery, setting, secrets) => {
  const given = setting.parameter === undefined ? segmentOf(delivery.path) : parameterOf(delivery.path, setting.parameter)
  if (given === null) return null
  // Evolution appends the event's name to the URL as it is, so also to a query: ?token=abc/connection-update.
  const slash = setting.parameter === undefined ? -1 : given.indexOf('/')
  const cut = slash < 0 ? given : given.slice(0, slash)
  const secret = secrets.find((each) => fits(each, given, cut))
  if (secret !== undefined) return { ok: true, scheme: 'url', secretId: secret.id }
  return refuse('mismatch', "the secret in the webhook URL is none of this source's secrets: copy the URL anew from the source's page to the sender")
}

function fits(secret: Secret, whole: string, cut: string): boolean {
  if (!isShared(secret)) return false
  const isWhole = equalSecrets(whole, secret.value)
  return equalSecrets(cut, secret.value) || isWhole
}

/** `/api/whatsapp[/:source]/webhook/:session/<this>[/…]` */
function segmentOf(path: string): string | null {
  const query = path.indexOf('?')
  const segments = (query < 0 ? path : path.slice(0, query)).split('/')
  const segment = segments[segments[3] === 'webhook' ? 5 : 6]
  return segment === undefined || segment === '' ? null : decode(segment)
}

function parameterOf(path: string, name: string): string | null {
  const query = path.indexOf('?')
  return query < 0 ? null : new URLSearchParams(path.slice(query)).get(name)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
