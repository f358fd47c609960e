import { equalSecrets, isShared } from './compare'
import { refuse } from './refusal'
import type { SchemeCheck } from './scheme'

/**
 * HTTP Basic, which axios sends for `https://user:password@host/…`: the only way for senders that know no headers. The secret
 * is the password, or `user:password` as a whole.
 */
export const checkBasic: SchemeCheck<'basic'> = (delivery, _setting, secrets) => {
  const given = delivery.headers.authorization
  if (given === undefined || given.slice(0, 6).toLowerCase() !== 'basic ') return null
  const credentials = Buffer.from(given.slice(6).trim(), 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  if (colon < 0) return refuse('malformed', 'Authorization: Basic does not hold user:password')
  const password = credentials.slice(colon + 1)
  for (const secret of secrets) {
    if (!isShared(secret)) continue
    // Both comparisons always run: a short-circuit would tell which of the two was near.
    const whole = equalSecrets(credentials, secret.value)
    const alone = equalSecrets(password, secret.value)
    if (whole || alone) return { ok: true, scheme: 'basic', secretId: secret.id }
  }
  return refuse('mismatch', "the password in the webhook URL is none of this source's secrets: correct the URL at the sender")
}
