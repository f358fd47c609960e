/** Which texts may serve as a secret. What a sender's documentation prints, everybody has. */

export const SHORTEST_SECRET = 16
export const LONGEST_SECRET = 500

/**
 * Why this text is no secret for a source, in a sentence that never repeats it; null when it may be one.
 *
 * @example secretProblem('secret') // "it is the one that GOWA uses when none is set: everybody knows it. …"
 */
export function secretProblem(value: string): string | null {
  const known = WELL_KNOWN.get(value.toLowerCase())
  if (known !== undefined) return `it is ${known}: everybody knows it. ${REMEDY}`
  if (PLACEHOLDER.test(value)) return `it is a placeholder from somebody's documentation. ${REMEDY}`
  if (value.startsWith('whpk_')) return bytesOf(value) === 32 ? null : 'a public key (whpk_…) must be 32 bytes in base64'
  if (value.length < SHORTEST_SECRET) return `it is shorter than ${SHORTEST_SECRET} characters, so that it could be guessed. ${REMEDY}`
  if (value.length > LONGEST_SECRET) return `it is longer than ${LONGEST_SECRET} characters`
  if (value !== value.trim() || /[\p{Cc}]/u.test(value)) return 'it begins or ends with a blank, or holds a control character, which headers lose on the way'
  if (new Set(value).size < FEWEST_DIFFERENT) return `it has fewer than ${FEWEST_DIFFERENT} different characters, so that it could be guessed. ${REMEDY}`
  if (value.startsWith('whsec_') && bytesOf(value) < FEWEST_BYTES)
    return `a Standard Webhooks secret (whsec_…) must be at least ${FEWEST_BYTES} bytes in base64`
  return null
}

const REMEDY = 'Let Linekeeper make one, or use: openssl rand -hex 32'
const FEWEST_DIFFERENT = 6
const FEWEST_BYTES = 16
const PLACEHOLDER = /^(?:<.*>|(?:set|put|insert)?[-_ ]?your[-_ ].*[-_ ](?:here|key|secret|token)|change[-_ ]?(?:me|this).*)$/i

/** In lower case; where each stands in its sender's source or documentation. */
const WELL_KNOWN = new Map([
  ['secret', 'the one that GOWA uses when none is set (settings.go:49)'],
  ['thisismysecuretoken', 'the one that WPPConnect comes with'],
  ['429683c4c977415caafcce10f7d57e11', "the API key of Evolution API's example configuration"],
  ["it's a secret to everybody", "the one of GitHub's documentation"],
  ['whsec_mfkq9r8gkyqrtwjupd8ilpzio2lalasw', "the one of Standard Webhooks' documentation"],
  ['your-256-bit-secret', 'the one of jwt.io'],
])

function bytesOf(value: string): number {
  return Buffer.from(value.slice(value.indexOf('_') + 1), 'base64').byteLength
}
