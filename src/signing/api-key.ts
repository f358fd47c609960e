import { equalSecrets, isShared } from './compare'
import { headerTitle, refuse } from './refusal'
import type { SchemeCheck } from './scheme'

/** The secret itself in a header: all that wwebjs-api can do. It proves the sender, not that the body is unaltered. */
export const checkApiKey: SchemeCheck<'api-key'> = (delivery, setting, secrets) => {
  const sent = delivery.headers[setting.header]
  if (sent === undefined) return null
  const prefix = setting.prefix ?? ''
  // The names of HTTP's own authentication schemes do not care about their case: Bearer, bearer.
  if (prefix !== '' && sent.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return null
  const given = sent.slice(prefix.length)
  for (const secret of secrets) {
    if (isShared(secret) && equalSecrets(given, secret.value)) return { ok: true, scheme: 'api-key', secretId: secret.id }
  }
  return refuse('mismatch', `${headerTitle(setting.header)} is none of this source's secrets: set the sender's API key to one of them, or add its key here`)
}
