/**
 * What the fuzzers share. fast-check prints the seed and the smallest failing case; `FUZZ_SEED=<n>` repeats it, `FUZZ_SECONDS=<n>`
 * looks for so long per property instead of a few hundred times.
 */
import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { recognise } from '../../src/providers'
import { readSamples, type Sample } from '../providers/samples'

const seconds = Number(process.env.FUZZ_SECONDS ?? 0)
const seed = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) }

/** Parameters of a property: so many runs, or as many as FUZZ_SECONDS allow. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  return seconds > 0 ? { ...seed, numRuns: 1e9, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false } : { ...seed, numRuns }
}

/** For a test with one property. */
export const FUZZ_WITHIN_MS = 60_000 + seconds * 1000

/** Every sample of every provider, whatever its folder is called: who adds a provider adds its samples. */
export async function samplesByProvider(): Promise<Map<string, Sample[]>> {
  const found = new Map<string, Sample[]>()
  for (const folder of [...readdirSync(`${import.meta.dir}/../fixtures`), 'wuzapi/form']) {
    for (const sample of await readSamples(folder)) {
      const id = recognise(sample.delivery, sample.body)?.id
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), sample])
    }
  }
  return found
}

/** Anything at all, with what senders and attackers like best a little more often. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(
    null,
    '',
    '\0',
    '\ud800',
    '\udc00\ud800',
    '\u202e\u200b',
    '__proto__',
    'constructor',
    'true_a_b_c',
    'false_',
    '@c.us',
    '55119@c.us@lid',
    -1,
    -0,
    1e308,
    2 ** 53 + 2,
    1795450048,
    '1795450048',
    '2026-11-24T10:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    [],
    {},
    [[]],
    [null],
    { id: { id: { _serialized: {} } } },
    true,
    'x'.repeat(3000),
  ),
)

/** One change of one place in a body. */
export type Mutation = { place: number; how: 'set'; value: unknown } | { place: number; how: Exclude<keyof typeof CHANGES, 'set'> }

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ place: fc.nat(), how: fc.constant('set' as const), value: anything }),
  fc.record({ place: fc.nat(), how: fc.constantFrom('drop', 'double', 'rename', 'asText', 'asNumber', 'asObject', 'asList', 'inside', 'truncate') }),
) as fc.Arbitrary<Mutation>

type Holder = Record<string, unknown>

const CHANGES = {
  drop: (holder: Holder, key: string) => {
    delete holder[key]
  },
  double: (holder: Holder, key: string) => {
    holder[`${key} `] = structuredClone(holder[key])
  },
  rename: (holder: Holder, key: string) => {
    holder[key.toUpperCase()] = holder[key]
    delete holder[key]
  },
  asText: (holder: Holder, key: string) => {
    holder[key] = typeof holder[key] === 'object' ? JSON.stringify(holder[key]) : String(holder[key])
  },
  asNumber: (holder: Holder, key: string) => {
    holder[key] = Number.parseInt(String(holder[key]), 10) || 0
  },
  asObject: (holder: Holder, key: string) => {
    holder[key] = { id: holder[key], _serialized: holder[key], user: holder[key], server: 'c.us' }
  },
  asList: (holder: Holder, key: string) => {
    holder[key] = [holder[key], holder[key]]
  },
  inside: (holder: Holder, key: string) => {
    holder[key] = { [key]: holder[key] }
  },
  truncate: (holder: Holder, key: string) => {
    const value = holder[key]
    if (typeof value === 'string') holder[key] = value.slice(0, value.length >> 1)
    else if (Array.isArray(value)) holder[key] = value.slice(0, value.length >> 1)
    else holder[key] = null
  },
}

/** A copy of the body with these changes, as it would arrive. */
export function mutate(body: unknown, mutations: readonly Mutation[]): unknown {
  const changed = structuredClone(body)
  for (const mutation of mutations) {
    const places: [Holder, string][] = []
    collect(changed, places)
    const chosen = places[mutation.place % Math.max(places.length, 1)]
    if (chosen === undefined) break
    const [holder, key] = chosen
    // Not by assignment, which would take "__proto__" for something else.
    if (mutation.how === 'set')
      Object.defineProperty(holder, key, { value: structuredClone(mutation.value), enumerable: true, configurable: true, writable: true })
    else CHANGES[mutation.how](holder, key)
  }
  return JSON.parse(JSON.stringify(changed)) as unknown
}

/** More than these of one body are never needed to break something, and a batch of a thousand would take all the time. */
const MOST_PLACES = 2_000

function collect(node: unknown, places: [Holder, string][]): void {
  if (typeof node !== 'object' || node === null || places.length > MOST_PLACES) return
  for (const key of Object.keys(node)) {
    places.push([node as Holder, key])
    collect((node as Holder)[key], places)
  }
}
