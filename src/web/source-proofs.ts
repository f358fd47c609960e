/** Ways to prove oneself, as forms offer them; anything else can be set over the JSON API and is kept. */
import type { Proof, ProofChoice } from '../../views/sources/model'
import { AppError } from '../domain/error'
import { acceptedSchemes, findProvider } from '../providers'
import { aboutScheme } from '../signing/about'
import { DEFAULT_SCHEMES, JWT_LEEWAY_MS, type SchemeSetting, STANDARD_TOLERANCE_MS } from '../signing/scheme'

/** The provider's own, or all of the default source. */
const OWN = 'own'
/** What the source has and no choice stands for. */
const KEPT = 'kept'

const OTHERS: { id: string; title: string; schemes: readonly SchemeSetting[] }[] = [
  { id: 'hmac', title: 'A signature over the body', schemes: DEFAULT_SCHEMES.slice(0, 1) },
  { id: 'standard-webhooks', title: 'Standard Webhooks', schemes: [{ scheme: 'standard-webhooks', toleranceMs: STANDARD_TOLERANCE_MS }] },
  { id: 'jwt', title: 'A bearer token', schemes: [{ scheme: 'jwt', leewayMs: JWT_LEEWAY_MS }] },
  { id: 'api-key', title: 'The secret in a header', schemes: [{ scheme: 'api-key', header: 'x-api-key' }] },
  { id: 'basic', title: 'User and password in the URL', schemes: [{ scheme: 'basic' }] },
  { id: 'url-token', title: 'The secret in the query of the URL', schemes: [{ scheme: 'url', parameter: 'token' }] },
  { id: 'url-path', title: 'The secret in the path of the URL', schemes: [{ scheme: 'url' }] },
  { id: 'none', title: 'None at all', schemes: [{ scheme: 'none' }] },
]

/** @param kept the schemes that the source has, null for its provider's own. */
export function proofChoices(provider: string, kept: readonly SchemeSetting[] | null = null): { choices: ProofChoice[]; chosen: string } {
  const own = acceptedSchemes({ provider, schemes: null })
  const title = provider === 'auto' ? 'Any proof that a known sender can give' : `As ${findProvider(provider)?.label ?? provider} does it`
  const choices = [choice(OWN, title, own), ...OTHERS.filter(({ schemes }) => !isSame(schemes, own)).map((one) => choice(one.id, one.title, one.schemes))]
  if (kept === null || isSame(kept, own)) return { choices, chosen: OWN }
  const known = OTHERS.find(({ schemes }) => isSame(schemes, kept))
  if (known) return { choices, chosen: known.id }
  return { choices: [...choices, choice(KEPT, 'As it was set', kept)], chosen: KEPT }
}

/**
 * The schemes of a choice, null for the provider's own.
 * @throws AppError `invalid` for anything that was not offered.
 */
export function chosenSchemes(id: string, kept: SchemeSetting[] | null): SchemeSetting[] | null {
  if (id === OWN) return null
  if (id === KEPT) return kept
  const found = OTHERS.find((one) => one.id === id)
  if (!found) throw new AppError('invalid', 'Choose how its deliveries prove themselves')
  return [...found.schemes]
}

/** The strongest that a provider's deliveries can give. */
export function bestProof(provider: string): Proof | null {
  const [best] = acceptedSchemes({ provider, schemes: null })
  return best ? aboutScheme(best) : null
}

function choice(id: string, title: string, schemes: readonly SchemeSetting[]): ProofChoice {
  return { id, title, proofs: schemes.map((setting): Proof => aboutScheme(setting)) }
}

function isSame(a: readonly SchemeSetting[], b: readonly SchemeSetting[]): boolean {
  return Bun.deepEquals(a, b)
}
