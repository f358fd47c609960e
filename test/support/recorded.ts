/** Recorded deliveries told anew: the bytes of the recording with a few other words, proven afresh as their sender proves them. */
import { goForm } from '../../src/tasks/simulate/go'
import type { Dialect } from '../../src/tasks/simulate/happening'
import { readRecording } from '../providers/samples'

/** What is exchanged for what. In forms both are escaped as everything there. */
export type Word = readonly [recorded: string | RegExp, instead: string]

export interface Retold {
  headers: Record<string, string>
  body: string
}

/** Said anew by every connection. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'accept-encoding'])
const PROOFS = new Set(['authorization', 'x-api-key', 'x-webhook-hmac', 'x-hub-signature', 'x-hub-signature-256', 'x-hmac-signature'])

/** @throws when the recording has none of a word, so that no exchange is in vain. */
export async function retold(dialect: Dialect, folder: string, sample: string, words: readonly Word[], secret: string): Promise<Retold> {
  const recording = await readRecording(`${folder}/${sample}`)
  const asForm = recording.headers['content-type']?.includes('form-urlencoded') === true
  const body = words.reduce((text, word) => exchanged(text, word, asForm, sample), new TextDecoder().decode(recording.body))
  const now = Date.now()
  const signed = dialect.sign(secret, body, { id: Bun.randomUUIDv7(), at: now, now })
  const said = Object.entries(recording.headers).filter(([name]) => !OF_THE_CONNECTION.has(name))
  return { headers: { ...Object.fromEntries(said), ...proofOf(signed, recording.headers) }, body }
}

/** The headers that the recording proves itself with; where an operator may name the header (open-wa 5), the simulator's. */
function proofOf(signed: Record<string, string>, recorded: Record<string, string>): Record<string, string> {
  const proofs = Object.entries(signed).filter(([name]) => PROOFS.has(name))
  const same = proofs.filter(([name]) => name in recorded)
  return Object.fromEntries(same.length > 0 ? same : proofs)
}

function exchanged(text: string, [recorded, instead]: Word, asForm: boolean, sample: string): string {
  const written = (word: string) => (asForm ? goForm({ '': word }).slice(1) : word)
  const found = typeof recorded === 'string' ? written(recorded) : recorded
  const result = text.replaceAll(found, () => written(instead))
  if (result === text) throw new Error(`${sample} has no ${recorded}`)
  return result
}
