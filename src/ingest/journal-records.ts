/**
 * What the journal keeps of the write path: entries as the writer takes them, redacted, with the ids and positions that they were
 * given on arrival, and deliveries for the quarantine. A body stands behind the rest as it is; nothing is encoded twice.
 */
import type { Quarantined } from '../store/quarantine'
import type { Entry } from './batch'

export type Journalled = { kind: 'entry'; entry: Entry } | { kind: 'quarantined'; quarantined: Quarantined }

/** Length of the JSON, then the JSON, then the body. */
const LENGTH_BYTES = 4

export function encodeEntry(entry: Entry): Uint8Array {
  const { delivery, ...rest } = entry
  if (delivery === null) return encode({ kind: 'entry', entry }, new Uint8Array())
  const { body, ...about } = delivery
  return encode({ kind: 'entry', entry: { ...rest, delivery: about } }, body)
}

export function encodeQuarantined({ body, ...about }: Quarantined): Uint8Array {
  return encode({ kind: 'quarantined', quarantined: about }, body)
}

/** @throws SyntaxError when it is none of ours: only a bug makes that, since its checksum was right. */
export function decodeJournalled(payload: Uint8Array): Journalled {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const end = LENGTH_BYTES + buffer.readUInt32LE(0)
  const told = JSON.parse(buffer.toString('utf8', LENGTH_BYTES, end)) as Journalled
  const body = buffer.subarray(end)
  if (told.kind === 'entry') {
    if (told.entry.delivery) told.entry.delivery.body = body
    return told
  }
  if (told.kind === 'quarantined') {
    told.quarantined.body = body
    return told
  }
  throw new SyntaxError('a record of an unknown kind')
}

function encode(about: unknown, body: Uint8Array): Uint8Array {
  // JSON.stringify writes half a surrogate pair as an escape: nothing is lost in UTF-8.
  const json = Buffer.from(JSON.stringify(about))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(json.byteLength)
  return Buffer.concat([length, json, body])
}
