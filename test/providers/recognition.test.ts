import { afterAll, describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { loadConfig } from '../../src/config'
import { readBody } from '../../src/domain/body'
import { proposalOf } from '../../src/domain/recognition'
import { createIngest } from '../../src/ingest/ingest'
import { createBus } from '../../src/live/bus'
import { findProvider, PROVIDERS, recognise } from '../../src/providers'
import { SourceBook } from '../../src/store/source-book'
import { listMismatches, listSightings } from '../../src/store/source-notes'
import { createSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { BodyReader } from '../../src/web/body'
import { WebhookLimits } from '../../src/web/webhook-limits'
import { webhooks } from '../../src/web/webhooks'
import { freshDatabase } from '../support/database'
import { SENDERS } from '../support/senders'
import { deliveryOf, type Recording, readRecordings } from './samples'

/** Whose samples are in a folder that is not called like its provider. */
const FOLDERS: Record<string, string> = { 'whatsapp-api': 'wwebjs-api', 'standard-webhooks': 'signed' }

interface Recorded extends Recording {
  provider: string
}

const recorded: Recorded[] = (await readRecordings()).map((one) => {
  const folder = one.name.split('/', 1)[0] as string
  return { ...one, provider: FOLDERS[folder] ?? folder }
})
const known = recorded.filter(({ provider }) => findProvider(provider))

function named({ body, headers }: Pick<Recorded, 'body' | 'headers'>): string {
  const read = readBody({ headers, body })
  return (read.ok && recognise(deliveryOf(body, headers), read.value)?.id) || 'nobody'
}

/** How often the samples of each provider (rows) were taken for which one (columns). */
function confusion(samples: readonly Recorded[], change: (headers: Record<string, string>) => Record<string, string>): Map<string, Map<string, number>> {
  const matrix = new Map<string, Map<string, number>>()
  for (const sample of samples) {
    const row = matrix.get(sample.provider) ?? new Map<string, number>()
    const answer = named({ ...sample, headers: change(sample.headers) })
    matrix.set(sample.provider, row.set(answer, (row.get(answer) ?? 0) + 1))
  }
  return matrix
}

function print(title: string, matrix: Map<string, Map<string, number>>): void {
  console.log(title)
  for (const [provider, row] of [...matrix].sort())
    console.log(`  ${provider.padEnd(18)} ${[...row].map(([answer, times]) => `${answer} ${times}`).join(', ')}`)
}

const wrong = (matrix: Map<string, Map<string, number>>) =>
  [...matrix].flatMap(([provider, row]) =>
    [...row].filter(([answer]) => answer !== provider && answer !== 'nobody').map(([answer, times]) => ({ provider, answer, times })),
  )

describe('every recorded delivery', () => {
  test('of every provider is there to be recognised', () => {
    expect(PROVIDERS.map(({ id }) => id).filter((id) => !known.some(({ provider }) => provider === id))).toEqual([])
    expect(known.length).toBeGreaterThan(250)
  })

  test('is taken for what it is, with the headers of its sender', () => {
    const matrix = confusion(known, (headers) => headers)
    print('Recognised, with headers', matrix)
    expect(wrong(matrix)).toEqual([])
    const abstained = [...matrix.values()].reduce((sum, row) => sum + (row.get('nobody') ?? 0), 0)
    expect(abstained).toBeLessThanOrEqual(Math.floor(known.length / 50))
  })

  test('is never taken for another, by its body alone', () => {
    const type = ({ 'content-type': contentType = 'application/json' }: Record<string, string>) => ({ 'content-type': contentType })
    const matrix = confusion(known, type)
    print('Recognised by the body alone', matrix)
    expect(wrong(matrix)).toEqual([])
  })

  test('is claimed as surely by no two providers: the order of the list decides nothing', () => {
    const torn = known.flatMap((sample) => {
      const read = readBody(sample)
      if (!read.ok) return []
      const scores = PROVIDERS.map((provider) => ({ id: provider.id, score: provider.recognises(deliveryOf(sample.body, sample.headers), read.value) }))
      const best = Math.max(...scores.map(({ score }) => score))
      const claims = scores.filter(({ score }) => score === best && score >= 0.5)
      return claims.length > 1 ? [`${sample.name}: ${claims.map(({ id }) => id).join(', ')}`] : []
    })
    expect(torn).toEqual([])
  })
})

describe('what is nobody’s', () => {
  test.each([
    '{}',
    '[]',
    'null',
    '"text"',
    '42',
    '{"event":"push"}',
    '{"event":{"type":"a"}}',
    '{"type":"","data":{}}',
    '{"action":"opened","repository":{"full_name":"a/b"},"sender":{"login":"c"}}',
    '{"object":"page","entry":[{"id":"1","messaging":[]}]}',
    '{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"text":"hi"}}',
    '{"id":"evt_1","object":"event","api_version":"2020-08-27"}',
  ])('is named nobody’s: %s', (text) => {
    expect(named({ body: new TextEncoder().encode(text), headers: { 'content-type': 'application/json' } })).toBe('nobody')
  })
})

const SECRET = 'the secret of an unknown sender'
const database = await freshDatabase()
const vault = new Vault(new Uint8Array(32))
for (const slug of ['one', 'two', 'mixed', 'other'])
  await createSource(database.write, vault, { slug, label: slug, provider: 'auto' }, Date.now(), `${SECRET} ${slug}`)
const sources = await SourceBook.load(database.write, vault, Date.now)
const bus = await createBus(database.bus)
const config = loadConfig({})
const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed: (cause) => Promise.reject(cause) })
const doors = webhooks({
  ...ingest.receiving,
  findSource: (slug) => sources.find(slug),
  bodies: new BodyReader({ each: 1 << 20, together: 8 << 20 }),
  limits: new WebhookLimits(config.rateLimits),
  clientAddress: () => '192.0.2.1',
  answered() {},
  failed: (cause) => Promise.reject(cause),
})
afterAll(async () => {
  await ingest.close()
  await bus.close()
  await sources.close()
  await database.close()
})

const bodyOf = (provider: string, session: string, id: string) => SENDERS.find((sender) => sender.id === provider)?.body(session, id) as string

async function post(path: string, body: string, slug = path.split('/')[0] as string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-webhook-signature': createHmac('sha256', `${SECRET} ${slug}`).update(body).digest('hex') }
  return (await doors.handle(new Request(`http://localhost/api/whatsapp/${path}`, { method: 'POST', body, headers }))).status
}

const idOf = (slug: string) => sources.find(slug)?.id as string

describe('a source that recognises its senders', () => {
  test('proposes the provider of its first deliveries, and stays as it is', async () => {
    for (let i = 0; i < 4; i++) expect(await post('one/webhook/main', bodyOf('waha', 'main', `R${i}`))).toBe(200)
    expect(await post('one/webhook/main', '{"nobody":"knows"}')).toBe(200)
    await ingest.receiving.notes.flush()
    const sightings = await listSightings(database.read, idOf('one'))
    expect(sightings).toMatchObject([
      { provider: 'waha', times: 4 },
      { provider: 'unknown', times: 1 },
    ])
    expect(proposalOf(sightings)).toBe('waha')
    await sources.refresh()
    expect(sources.find('one')?.provider).toBe('auto')
  })

  test('proposes nothing while it hears two kinds, and counts nothing that proved nothing', async () => {
    for (let i = 0; i < 3; i++) {
      expect(await post('mixed/webhook/main', bodyOf('waha', 'main', `M${i}`))).toBe(200)
      expect(await post('mixed/webhook/main', bodyOf('wwebjs-api', 'main', `M${i}`))).toBe(200)
      expect(await post('mixed/webhook/main', bodyOf('signed', 'main', `M${i}`), 'one')).toBe(401)
    }
    await ingest.receiving.notes.flush()
    const sightings = await listSightings(database.read, idOf('mixed'))
    expect(sightings.map(({ provider, times }) => [provider, times])).toEqual([
      ['waha', 3],
      ['wwebjs-api', 3],
    ])
    expect(proposalOf(sightings)).toBeNull()
  })
})

describe('where URL and body name different sessions', () => {
  test('the URL wins, and both names are counted: three sessions that share one URL are seen', async () => {
    for (const [i, session] of ['ABCD', 'EFGH', 'EFGH', 'IJKL'].entries())
      expect(await post('two/webhook/ABCD', bodyOf('wwebjs-api', session, `X${i}`))).toBe(200)
    expect(await post('two/webhook', bodyOf('wwebjs-api', 'ALONE', 'X9'))).toBe(200)
    await ingest.receiving.notes.flush()
    expect(await listMismatches(database.read, idOf('two'))).toMatchObject([
      { pathSession: 'ABCD', bodySession: 'IJKL', times: 1, bodySessions: 2 },
      { pathSession: 'ABCD', bodySession: 'EFGH', times: 2, bodySessions: 2 },
    ])
    const names = await database.read<{ name: string }[]>`select name from sessions where source_id = ${idOf('two')} order by name`
    expect(names.map(({ name }) => name)).toEqual(['ABCD', 'ALONE'])
  })

  test('a body never reaches a session of a source whose secret it did not prove', async () => {
    expect(await post('other/webhook/main', bodyOf('wwebjs-api', 'main', 'Y1'))).toBe(200)
    const before = await database.read`select seq, last_event_at from sessions where source_id = ${idOf('other')}`
    expect(await post('two/webhook', bodyOf('wwebjs-api', 'main', 'Y2'))).toBe(200)
    expect(await post('two/webhook', bodyOf('wwebjs-api', '../other/main', 'Y3'))).toBe(200)
    expect(await post('other/webhook/main', bodyOf('wwebjs-api', 'main', 'Y4'), 'two')).toBe(401)
    expect(await database.read`select seq, last_event_at from sessions where source_id = ${idOf('other')}`).toEqual(before)
    const [row] = await database.read`select count(*)::int as n from sessions where name = 'main' and source_id = ${idOf('two')}`
    expect(row?.n).toBe(1)
  })
})
