import { readdirSync } from 'node:fs'
import { readBody } from '../../src/domain/body'
import type { Delivery } from '../../src/domain/delivery'

/** The sample deliveries under test/fixtures, as our receiver would see them. */

const ROOT = `${import.meta.dir}/../fixtures`
const HEADERS = '.headers.json'

/** Notes about a sample that are not sent. */
interface Meta {
  secret?: string | null
  publicKey?: string
  expected?: 'valid' | 'reject'
  verifyAt?: string
}

/** What was sent, whether anybody can read it or not. */
export interface Recording {
  /** With its folders: `waha/message.any`. */
  name: string
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer>
  meta: Meta
}

export interface Sample {
  folder: string
  name: string
  delivery: Delivery
  body: unknown
  meta: Meta
  /** The clock to check it with. */
  now: number
  expected: unknown
}

/** When a sample without a clock of its own is looked at. */
export const NOW = Date.UTC(2026, 10, 23, 18)

export function readSamples(folder: string): Promise<Sample[]> {
  return Promise.all(sampleNames(folder).map((name) => readSample(folder, name)))
}

/** Every recorded delivery, whatever its folder. */
export function readRecordings(): Promise<Recording[]> {
  const headers = readdirSync(ROOT, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(HEADERS))
  return Promise.all(headers.map((name) => readRecording(name.slice(0, -HEADERS.length))))
}

/** The names of the bodies in a folder. */
export function sampleNames(folder: string): string[] {
  return namesOf(folder, HEADERS)
}

/** The names of the samples whose facts are written down. */
export function expectedNames(folder: string): string[] {
  return namesOf(factsFolder(folder), '.expected.json')
}

/** A delivery of these bytes. */
export function deliveryOf(body: Uint8Array | string, headers: Record<string, string> = {}): Delivery {
  return {
    id: '01939c5e-0000-7000-8000-000000000000',
    receivedAt: NOW,
    method: 'POST',
    path: '/api/whatsapp/webhook/ABCD',
    pathSession: 'ABCD',
    headers,
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    address: '127.0.0.1',
  }
}

function namesOf(folder: string, ending: string): string[] {
  return readdirSync(`${ROOT}/${folder}`)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort()
}

/** The same events as forms say the same. */
function factsFolder(folder: string): string {
  return folder.replace(/\/form$/, '')
}

/** @param name with its folders: `waha/message.any`. */
export async function readRecording(name: string): Promise<Recording> {
  const json = Bun.file(`${ROOT}/${name}.json`)
  const body = await ((await json.exists()) ? json : Bun.file(`${ROOT}/${name}.body`)).bytes()
  const { _meta: meta = {}, ...sent } = (await Bun.file(`${ROOT}/${name}.headers.json`).json()) as Record<string, string> & { _meta?: Meta }
  const headers = Object.fromEntries(Object.entries(sent).map(([header, value]) => [header.toLowerCase(), String(value)]))
  return { name, headers, body, meta }
}

async function readSample(folder: string, name: string): Promise<Sample> {
  const { headers, body, meta } = await readRecording(`${folder}/${name}`)
  const expected = Bun.file(`${ROOT}/${factsFolder(folder)}/${name}.expected.json`)
  const seconds = Number.parseInt(meta.verifyAt ?? '', 10)
  const now = Number.isNaN(seconds) ? NOW : seconds * 1000
  return {
    folder,
    name,
    delivery: { ...deliveryOf(body, headers), receivedAt: now },
    body: bodyOf(headers, body),
    meta,
    now,
    expected: (await expected.exists()) ? await expected.json() : undefined,
  }
}

function bodyOf(headers: Record<string, string>, body: Uint8Array): unknown {
  const read = readBody({ headers, body })
  if (!read.ok) throw new Error(read.reason)
  return read.value
}
