import { describe, expect, test } from 'bun:test'
import { readBody } from '../../src/domain/body'
import { type DecodedEvent, MESSAGE_EVENT_TYPES, OPEN_FAMILIES, SESSION_EVENT_TYPES } from '../../src/domain/event'
import { isForm } from '../../src/domain/form'
import { redactBody, redactForm } from '../../src/domain/redaction'
import { findProvider, PROVIDERS, recognise, sessionNameIn } from '../../src/providers'
import type { Provider } from '../../src/providers/provider'
import { authenticate } from '../../src/signing/authenticate'
import type { SchemeSetting, Secret, Verdict } from '../../src/signing/scheme'
import { deliveryOf, expectedNames, readSamples, type Sample, sampleNames } from './samples'

/** Every provider with the folders of its samples and the secret with which they were made. */
const FOLDERS: [id: string, folder: string, secret: string][] = [
  ['wwebjs-api', 'wwebjs-api', 'your_global_api_key_here'],
  ['wwebjs-api', 'whatsapp-api', 'your_global_api_key_here'],
  ['waha', 'waha', 'waha-hmac-key-3f9c1d7a5e20b864'],
  ['evolution-api', 'evolution-api', 'abc'],
  ['wppconnect-server', 'wppconnect-server', 'wppconnect-of-the-samples'],
  ['open-wa-v4', 'open-wa-v4', 'open-wa-4-of-the-samples'],
  ['open-wa-v5', 'open-wa-v5', 'abc'],
  ['meta-cloud-api', 'meta-cloud-api', '6f1c0d9e8b7a4f3e2d1c0b9a88776655'],
  ['gowa', 'gowa', 'gowa-webhook-secret-7c1e'],
  ['wuzapi', 'wuzapi', 'wuzapi-hmac-key-0123456789abcdef0123456789'],
  ['wuzapi', 'wuzapi/form', 'wuzapi-hmac-key-0123456789abcdef0123456789'],
  ['signed', 'standard-webhooks', 'whsec_M5nD4+lAqBCLQ14wLLusgVtteecTM0rH'],
]

test('every provider has samples', () => {
  expect(new Set(FOLDERS.map(([id]) => id))).toEqual(new Set(PROVIDERS.map((provider) => provider.id)))
})

for (const [id, folder, secret] of FOLDERS) {
  const provider = findProvider(id) as Provider
  const samples = await readSamples(folder)

  describe(`${id}, samples of ${folder}`, () => {
    test('each sample has its expected facts, and each file of facts its sample', () => {
      expect(expectedNames(folder)).toEqual(sampleNames(folder))
    })

    test.each(samples.map((sample): [string, Sample] => [sample.name, sample]))('%s is understood in full', (_name, sample) => {
      const decoded = provider.decode(sample.delivery, sample.body)
      expect(decoded).toEqual({ ok: true, parts: sample.expected } as typeof decoded)
      expect(recognise(sample.delivery, sample.body)?.id).toBe(id)
      expect(sessionNameIn(sample.body)).toBe(decoded.ok ? (decoded.parts[0]?.session ?? null) : null)
      for (const event of eventsOf(sample, provider)) expectWellFormed(event)
    })

    test.each(samples.map((sample): [string, Sample] => [sample.name, sample]))('%s means the same after redaction', (_name, sample) => {
      const redact = isForm(sample.delivery) ? redactForm : redactBody
      const delivery = { ...sample.delivery, body: redact(sample.delivery.body, () => '0a0b0c0d') }
      const kept = readBody(delivery)
      expect(provider.decode(delivery, kept.ok && kept.value)).toEqual(provider.decode(sample.delivery, sample.body))
    })

    test.each(samples.map((sample): [string, Sample] => [sample.name, sample]))('%s is accepted exactly when it is genuine', (_name, sample) => {
      const genuine = sample.meta.expected !== 'reject' && sample.meta.secret !== null
      const asymmetric = sample.meta.publicKey
      const secrets = secretsOf(asymmetric ?? secret)
      expect(check(sample, provider.schemes, secrets).ok).toBe(genuine || asymmetric !== undefined)
      if (!genuine && asymmetric === undefined) return
      for (const flipped of flips(sample.delivery.body)) {
        const verdict = check({ ...sample, delivery: { ...sample.delivery, body: flipped } }, provider.schemes, secrets)
        // A key or a password proves the sender only: whoever alters the body on the way is not noticed. Decoding must survive it.
        expect(verdict.ok).toBe(PROVES_SENDER_ONLY.has(id))
        decodeBytes(provider, sample, flipped)
      }
    })

    test('without its proof, truncated or empty, no sample passes for a signed one', () => {
      for (const sample of samples.filter((each) => each.meta.expected !== 'reject' && each.meta.secret !== null)) {
        const bare = Object.fromEntries(Object.entries(sample.delivery.headers).filter(([name]) => !PROOFS.has(name)))
        const verdict = check({ ...sample, delivery: { ...sample.delivery, headers: bare } }, provider.schemes, secretsOf(secret))
        expect(verdict).toMatchObject({ ok: false, refusal: { code: 'missing' } })
        for (const body of [sample.delivery.body.subarray(0, -1), new Uint8Array()]) {
          expect(check({ ...sample, delivery: { ...sample.delivery, body } }, provider.schemes, secretsOf(secret)).ok).toBe(PROVES_SENDER_ONLY.has(id))
          decodeBytes(provider, sample, body)
        }
      }
    })

    test('another secret opens nothing', () => {
      for (const sample of samples) expect(check(sample, provider.schemes, secretsOf('another secret')).ok).toBe(false)
    })
  })
}

test('an unsigned WAHA delivery is refused while a signature is asked for, and accepted when none is', async () => {
  const sample = (await readSamples('waha')).find((each) => each.name === 'unsigned.session.status.WORKING') as Sample
  const waha = findProvider('waha') as Provider
  expect(check(sample, waha.schemes, secretsOf('any'))).toMatchObject({ ok: false, refusal: { code: 'missing' } })
  expect(check(sample, [{ scheme: 'none' }], [])).toEqual({ ok: true, scheme: 'none', secretId: null })
})

const PROOFS = new Set([
  ...['x-api-key', 'x-webhook-secret', 'authorization'],
  ...['x-webhook-hmac', 'x-hmac-signature', 'x-hub-signature-256', 'webhook-signature', 'svix-signature'],
])

const PROVES_SENDER_ONLY = new Set(['wwebjs-api', 'evolution-api', 'wppconnect-server', 'open-wa-v4', 'open-wa-v5'])

function secretsOf(value: string): Secret[] {
  return [{ id: 'secret-1', value }]
}

function check(sample: Sample, schemes: readonly SchemeSetting[], secrets: readonly Secret[]): Verdict {
  return authenticate(sample.delivery, schemes, secrets, sample.now)
}

/** The body with one bit flipped: at its start, its end and in between. */
function flips(body: Uint8Array): Uint8Array[] {
  return [0, body.length >> 1, body.length - 1].map((at) => {
    const copy = body.slice()
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy
  })
}

/** Decodes whatever can be parsed; must not throw. */
function decodeBytes(provider: Provider, sample: Sample, bytes: Uint8Array): void {
  const delivery = deliveryOf(bytes, { ...sample.delivery.headers })
  const body = readBody(delivery)
  if (body.ok) provider.decode(delivery, body.value)
}

function eventsOf(sample: Sample, provider: Provider): DecodedEvent[] {
  const decoded = provider.decode(sample.delivery, sample.body)
  return decoded.ok ? decoded.parts.flatMap((part) => part.events) : []
}

function expectWellFormed(event: DecodedEvent): void {
  const named: readonly string[] = [...SESSION_EVENT_TYPES, ...MESSAGE_EVENT_TYPES, 'other']
  const family = event.type.slice(0, event.type.indexOf('.'))
  expect(named.includes(event.type) || (OPEN_FAMILIES as readonly string[]).includes(family)).toBe(true)
  expect((event.key ?? '').length).toBeLessThanOrEqual(500)
  if (event.ordered) expect(event.occurredAt).not.toBeNull()
}
