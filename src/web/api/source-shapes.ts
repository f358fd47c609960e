/** Sources in the JSON API: what is answered, what may be asked, and how the one is made of our records. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { Instant } from '../../domain/event'
import type { Mismatch as MismatchRecord, Sighting as SightingRecord } from '../../domain/recognition'
import { adviceOf, rotationOf } from '../../domain/rotation'
import { acceptedSchemes } from '../../providers'
import { aboutScheme, STRENGTHS } from '../../signing/about'
import { SCHEME_IDS } from '../../signing/scheme'
import { SchemeShape } from '../../signing/scheme-shape'
import type { SourceSecret } from '../../store/secrets'
import type { Source as SourceRecord } from '../../store/sources'
import { Instant as At, nullable, words } from './schemas'
import { time, timeOrNull } from './shapes'

const Secret = t.Object(
  {
    id: t.String(),
    hint: t.String({ description: 'Its last characters' }),
    createdAt: At,
    retiresAt: nullable(At),
    firstUsedAt: nullable(At),
    lastUsedAt: nullable(At),
    uses: t.Integer({ description: 'Deliveries that it has proved' }),
  },
  { $id: 'Secret', additionalProperties: false },
)

export const Rotation = t.Object(
  {
    state: words(['waiting', 'moving', 'ready'] as const, 'waiting: nobody uses the new secret yet; moving: both are in use; ready: the old one can go'),
    previous: t.String({ description: 'Id of the old secret' }),
    next: t.String({ description: 'Id of the new secret' }),
    advice: t.String({ description: 'The same in a sentence' }),
  },
  { $id: 'Rotation', additionalProperties: false },
)

const Accepted = t.Object(
  {
    scheme: words(SCHEME_IDS, 'Kind of proof'),
    title: t.String(),
    strength: words(STRENGTHS, 'How much it proves, the best first'),
    proves: t.String({ examples: ['proves body and sender'] }),
    warning: nullable(t.String()),
  },
  { additionalProperties: false },
)

const Milliseconds = t.Integer({ minimum: 1_000, maximum: 3_155_760_000_000, description: 'milliseconds, at least 1000' })

export const Source = t.Object(
  {
    id: t.String(),
    slug: t.String(),
    label: t.String(),
    provider: t.String({ description: "A provider's id, or auto" }),
    webhookUrl: t.String({ description: 'A session name may be appended; where the secret is part of the URL, it is not shown here' }),
    schemes: nullable(t.Array(SchemeShape)),
    accepts: t.Array(Accepted, { description: 'What is accepted as proof: `schemes`, or the defaults where that is null' }),
    ownerId: nullable(t.String()),
    staleAfterMs: nullable(t.Integer()),
    qrExpiresAfterMs: nullable(t.Integer()),
    connectingTimeoutMs: nullable(t.Integer()),
    createdAt: At,
    secrets: t.Array(Secret, { description: 'The live ones, at most two' }),
    rotation: nullable(Rotation),
  },
  { $id: 'Source', additionalProperties: false },
)

const allowances = {
  staleAfterMs: t.Optional(nullable(Milliseconds)),
  qrExpiresAfterMs: t.Optional(nullable(Milliseconds)),
  connectingTimeoutMs: t.Optional(nullable(Milliseconds)),
}

const owner = {
  ownerId: t.Optional(nullable(t.String({ minLength: 1, maxLength: 320, description: "an operator's id or e-mail address, or null for nobody" }))),
}

export const SessionChange = t.Object({ ...owner, ...allowances }, { $id: 'SessionChange', additionalProperties: false })

const settings = {
  label: t.Optional(t.String({ minLength: 1, maxLength: 100, description: '1 to 100 characters' })),
  provider: t.Optional(t.String({ maxLength: 50, description: "a provider's id, or auto" })),
  // Checked by readSchemes, which tells what exactly is wrong with which scheme.
  schemes: t.Optional(t.Any({ anyOf: [{ type: 'array', items: SchemeShape }, { type: 'null' }] })),
  ...owner,
  ...allowances,
}

export const NewSource = t.Object(
  {
    slug: t.String({ description: 'lower-case letters, digits and dashes, at most 63' }),
    ...settings,
    secret: t.Optional(t.String({ description: 'its first secret; generated when absent' })),
  },
  { $id: 'NewSource', additionalProperties: false },
)

export const SourceChange = t.Object(settings, { $id: 'SourceChange', additionalProperties: false })

const Made = t.Object(
  { id: t.String(), value: t.String({ description: 'Shown once: it is kept encrypted and never told again' }) },
  { additionalProperties: false },
)

export const MadeSource = t.Object({ source: Source, secret: nullable(Made) }, { $id: 'MadeSource', additionalProperties: false })

export const NewSecret = t.Object(
  {
    value: t.Optional(t.String({ description: 'a secret of your own; generated when absent' })),
    retireAfterMs: t.Optional(t.Integer({ minimum: 0, maximum: 3_155_760_000_000, description: 'the old one retires by itself after so many milliseconds' })),
  },
  { $id: 'NewSecret', additionalProperties: false },
)

export const MadeSecret = t.Object({ ...Made.properties, rotation: nullable(Rotation) }, { $id: 'MadeSecret', additionalProperties: false })

export const Recognition = t.Object(
  {
    provider: t.String({ description: 'What the source is set to' }),
    proposal: nullable(t.String({ description: 'The provider of all its deliveries so far; nothing changes until it is confirmed' })),
    sightings: t.Array(t.Object({ provider: t.String(), times: t.Integer(), firstAt: At, lastAt: At }, { additionalProperties: false })),
  },
  { $id: 'Recognition', additionalProperties: false },
)

export const Mismatch = t.Object(
  {
    pathSession: t.String({ description: 'The session that the URL named, and that got the events' }),
    bodySession: t.String({ description: 'The session that the body named' }),
    bodySessions: t.Integer({ description: 'How many different sessions came to this URL; more than one are folded into one' }),
    times: t.Integer(),
    firstAt: At,
    lastAt: At,
  },
  { $id: 'Mismatch', additionalProperties: false },
)

/** Secrets are told apart by their last characters; short ones not even by those. */
export function sourceJson(source: SourceRecord, publicUrl: string, now: Instant): Static<typeof Source> {
  const { id, slug, label, provider, schemes, ownerId, staleAfterMs, qrExpiresAfterMs, connectingTimeoutMs } = source
  const path = slug === 'default' ? '/api/whatsapp/webhook' : `/api/whatsapp/${slug}/webhook`
  return {
    id,
    slug,
    label,
    provider,
    webhookUrl: publicUrl + path,
    schemes,
    accepts: acceptedSchemes(source).map(aboutScheme),
    ownerId,
    staleAfterMs,
    qrExpiresAfterMs,
    connectingTimeoutMs,
    createdAt: time(source.createdAt),
    secrets: source.secrets.map(secretJson),
    rotation: rotationJson(source.secrets, now),
  }
}

export function rotationJson(secrets: readonly SourceSecret[], now: Instant): Static<typeof Rotation> | null {
  const rotation = rotationOf(secrets, now)
  return rotation && { state: rotation.state, previous: rotation.previous.id, next: rotation.next.id, advice: adviceOf(rotation, now) }
}

export function mismatchJson(mismatch: MismatchRecord): Static<typeof Mismatch> {
  return { ...mismatch, firstAt: time(mismatch.firstAt), lastAt: time(mismatch.lastAt) }
}

export function sightingJson(sighting: SightingRecord): Static<typeof Recognition>['sightings'][number] {
  return { ...sighting, firstAt: time(sighting.firstAt), lastAt: time(sighting.lastAt) }
}

function secretJson({ id, value, createdAt, retiresAt, firstUsedAt, lastUsedAt, uses }: SourceSecret): Static<typeof Secret> {
  return {
    id,
    hint: value.length >= 16 ? `…${value.slice(-4)}` : '…',
    createdAt: time(createdAt),
    retiresAt: timeOrNull(retiresAt),
    firstUsedAt: timeOrNull(firstUsedAt),
    lastUsedAt: timeOrNull(lastUsedAt),
    uses,
  }
}
