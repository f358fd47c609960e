import type { Delivery } from '../domain/delivery'
import { DEFAULT_SCHEMES, type SchemeSetting } from '../signing/scheme'
import { evolutionApi } from './evolution-api'
import { gowa } from './gowa'
import { metaCloudApi, sessionNameInChanges } from './meta-cloud-api'
import { openWaV4 } from './open-wa-v4'
import { openWaV5 } from './open-wa-v5'
import type { Decoded, Provider } from './provider'
import { fields, sessionName } from './read'
import { signed } from './signed'
import { waha } from './waha'
import { wppconnectServer } from './wppconnect-server'
import { wuzapi } from './wuzapi'
import { wwebjsApi } from './wwebjs-api'

/** Every kind of sender that we understand. Adding one: its folder, a line here, its fixtures; the conformance suite does the rest. */
export const PROVIDERS: readonly Provider[] = [wwebjsApi, waha, evolutionApi, wppconnectServer, openWaV4, openWaV5, metaCloudApi, gowa, wuzapi, signed]

/** The provider with this id, or undefined. */
export function findProvider(id: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.id === id)
}

/** Beyond this a sender's time is not "late" but wrong; WAHA's slowest retries come after 22 hours. */
const BELIEVED_LATENESS_MS = 24 * 3_600_000

/** How far back the times of its events are believed, in milliseconds. */
export function latenessOf(provider: Provider | undefined): number {
  return provider?.latenessMs ?? BELIEVED_LATENESS_MS
}

/** The schemes that a source accepts: its own, else its provider's, else those of the default source. */
export function acceptedSchemes(source: { provider: string; schemes: readonly SchemeSetting[] | null }): readonly SchemeSetting[] {
  return source.schemes ?? findProvider(source.provider)?.schemes ?? DEFAULT_SCHEMES
}

/** Below this a resemblance is a coincidence. */
const RECOGNISED = 0.5

/** The provider whose delivery this most surely is, or undefined when it is nobody's. */
export function recognise(delivery: Delivery, body: unknown): Provider | undefined {
  let best: Provider | undefined
  let sureness = 0
  for (const provider of PROVIDERS) {
    const score = provider.recognises(delivery, body)
    if (score < RECOGNISED || score <= sureness) continue
    best = provider
    sureness = score
    if (score === 1) break
  }
  return best
}

/**
 * Decodes a delivery of a source that does not say who sends to it (the default source). `provider` is the one that was
 * recognised; without one the delivery belongs into the quarantine.
 */
export function decodeAny(delivery: Delivery, body: unknown): { provider: Provider | undefined; decoded: Decoded } {
  const provider = recognise(delivery, body)
  if (provider !== undefined) return { provider, decoded: provider.decode(delivery, body) }
  return { provider, decoded: { ok: false, reason: `${describe(body)}: no provider that we know sends such a body` } }
}

/**
 * The session that a body names, whoever sent it: for the URL without `:sessionId` and for what could not be decoded. Null when
 * it names none. Never trust it over the URL: it is the sender's word.
 */
export function sessionNameIn(body: unknown): string | null {
  const envelope = fields(body)
  return (
    sessionName(envelope.sessionId) ??
    sessionName(envelope.session) ??
    sessionName(envelope.instance) ??
    sessionName(envelope.instanceName) ??
    sessionName(envelope.session_id) ??
    sessionName(fields(envelope.data).sessionId) ??
    sessionNameInChanges(body)
  )
}

function describe(body: unknown): string {
  if (Array.isArray(body)) return 'a JSON array'
  if (body === null) return 'JSON null'
  if (typeof body !== 'object') return `a JSON ${typeof body}`
  const names = Object.keys(body)
  if (names.length === 0) return 'an empty JSON object'
  return `a JSON object with ${names
    .slice(0, 5)
    .map((name) => JSON.stringify(name.slice(0, 40).toWellFormed().replaceAll('\0', '\uFFFD')))
    .join(', ')}`
}
