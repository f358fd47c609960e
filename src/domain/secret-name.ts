/** Which names stand for a secret, in the three places where senders put them. */

/**
 * Regular expressions of which one at least finds every JSON key that `isSecretName` accepts for a body; they find some more.
 * Several small ones with character classes: one big alternation, or the `i` flag, takes three times as long.
 */
export const HINTS_OF_SECRET_KEYS: readonly RegExp[] = [
  // apiKey, mediaKey, token, cookie; not whatsapp-web.js's latestEditMsgKey, which is in every message.
  /(?<![gG])[kK](?:[eE][yYnN]|[iI][eE])"/,
  /[cC][rR][eE][tT]"|[wW][oO][rR][dD]"/,
  /[hH][oO][oO][kK](?:[-_]?[uU][rR][lL])?"|[zZ][aA][tT][iI][oO][nN]"/,
  /[dD][eE][sS][tT][iI][nN][aA]/,
  /[nN][-_]?[dD][aA][tT][aA]"/, // sessionData
  /[hH][mM][aA][cC]"/,
]

/**
 * Whether a name stands for a secret. Case, `-` and `_` do not matter. In a body `key` is harmless (Evolution's message key,
 * WAHA's S3 path), in a query it is not; a header is one when its name says so anywhere.
 */
export function isSecretName(name: string, place: 'body' | 'header' | 'query'): boolean {
  const plain = name.toLowerCase().replaceAll('-', '').replaceAll('_', '')
  if (SECRETS.has(plain) || plain.endsWith('token') || plain.endsWith('secret') || plain.endsWith('apikey') || plain.endsWith('password')) {
    return true
  }
  if (place === 'body') return BODY_SECRETS.has(plain)
  if (place === 'query') return QUERY_SECRETS.has(plain)
  return plain.includes('token') || plain.includes('secret') || plain.includes('password') || HEADER_SECRETS.has(plain)
}

/** Whether a name stands for a secret in open-wa's configuration (src/api/model/config.ts), whose names are harmless elsewhere. */
export function isOpenWaSecret(name: string): boolean {
  return OPEN_WA_SECRETS.has(name.toLowerCase())
}

/**
 * Whether the key that ends before `end` can be one at all, from its last two letters: nearly every key of a body cannot, and
 * need not be cut out and looked up.
 */
export function endsLikeSecretKey(text: string, end: number): boolean {
  const before = text.charCodeAt(end - 2) | 32
  switch (text.charCodeAt(end - 1) | 32) {
    case 121: // y: …key
    case 116: // t: …secret
      return before === 101
    case 110: // n: …token, destination, authorization
      return before === 101 || before === 111
    case 100: // d: password
      return before === 114
    case 101: // e: cookie
      return before === 105
    case 99: // c: hmac
      return before === 97
    case 97: // a: sessionData
      return before === 116
    case 107: // k: webhook
      return before === 111
    case 108: // l: webhookUrl
      return before === 114
    default:
      return false
  }
}

/** Whether a secret key holds an address: only its text can be secret, an object of that name is something else. */
export function isAddressName(name: string): boolean {
  return /^(?:destination|web-?_?hook)/i.test(name)
}

/** Whether a value is a secret's stand-in already: redacting twice changes nothing. */
export function isRedacted(value: string): boolean {
  return /^\[redacted [0-9a-z]{4,32}\]$/i.test(value)
}

const SECRETS = new Set(['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'jwtkey', 'hmackey', 'licensekey', 'secretkey'])

/**
 * `destination` is our own URL as Evolution knows it, `webhook` as open-wa does: whatever secret it holds comes back to us.
 * `hmac` is WAHA's `{key}`; `mediaKey` and `messageSecret` open what was sent end-to-end encrypted.
 */
const BODY_SECRETS = new Set(['destination', 'webhook', 'webhookurl', 'mediakey', 'messagesecret', 'sessiondata', 'hmac'])

/** The API keys, the browser's and the proxy's passwords, the storage's credentials, and addresses that hold a token of their own. */
const OPEN_WA_SECRETS = new Set([
  ...['key', 'pass', 'auth', 'sessiondatabucketauth', 'sessiondatabase64', 'accesskeyid', 'secretaccesskey', 'preauthdocs'],
  ...['ev', 'readywebhook', 'twiliowebhook', 'chatwooturl', 'botpressurl', 'webhook'],
])

const QUERY_SECRETS = new Set(['key', 'auth', 'pass', 'pwd', 'bearer', 'jwt'])

const HEADER_SECRETS = new Set(['auth', 'xauth', 'key', 'xkey', 'xauthkey', 'xaccesskey'])
