import { equalSecrets, isShared } from '../signing/compare'
import type { Refusal, Secret } from '../signing/scheme'

/** What a GET on a webhook URL comes to. */
export type Handshake = { ok: true; challenge: string; secretId: string } | { ok: false; refusal: Refusal }

/**
 * Meta's way of asking whether a URL is ours, when its callback is set: `hub.mode=subscribe`, `hub.verify_token` and
 * `hub.challenge`, which is to come back as it is.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
 * @param query of the URL, with or without `?`.
 */
export function checkHandshake(query: string, secrets: readonly Secret[]): Handshake {
  const asked = new URLSearchParams(query)
  const mode = asked.get('hub.mode')
  if (mode === null) return refused('missing', NO_DELIVERY)
  if (mode !== 'subscribe') return refused('malformed', 'GET with a hub.mode that is not "subscribe"')
  const given = asked.get('hub.verify_token')
  if (given === null) return refused('missing', 'GET without hub.verify_token: enter one of this source\'s secrets as "Verify token" at Meta')
  // Every secret is compared, whichever fits: the time tells nothing.
  const [found] = secrets.filter((secret) => isShared(secret) && equalSecrets(given, secret.value))
  if (found === undefined) {
    return refused('mismatch', 'hub.verify_token is none of this source\'s secrets: enter one of them as "Verify token" at Meta, or add this one here')
  }
  const challenge = asked.get('hub.challenge') ?? ''
  if (!CHALLENGE.test(challenge)) return refused('malformed', 'GET without a usable hub.challenge')
  return { ok: true, challenge, secretId: found.id }
}

/** Meta sends digits. Whatever else it may once send, it is no markup. */
const CHALLENGE = /^[\w.~-]{1,256}$/

const NO_DELIVERY =
  'GET without hub.mode: no delivery. If a sender made it, something in front of Linekeeper redirects, and senders that follow believe they have delivered'

function refused(code: Refusal['code'], message: string): Handshake {
  return { ok: false, refusal: { code, message } }
}
