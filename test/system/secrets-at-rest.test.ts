import { afterAll, expect, test } from 'bun:test'
import { readBody } from '../../src/domain/body'
import { recognise } from '../../src/providers'
import { deliveryOf, readRecordings } from '../providers/samples'
import { foundIn, openAnySender, secretsOf } from '../support/any-sender'
import { freshDatabase } from '../support/database'
import { dumpOf } from '../support/dump'

/** Nothing that proves a sender, or opens what a sender has, may come to rest: the whole database is searched for it. */

const OWN = 'PLANTED-the-secret-of-this-source'

const database = await freshDatabase()
const { ingest, failures, setSource, post, close } = await openAnySender(database, database.url, OWN)
afterAll(async () => {
  await close()
  await database.close()
})

const samples = await readRecordings()

test('a dump of the database after all samples contains none of their secrets', async () => {
  const secrets = new Map<string, string>()
  for (const sample of samples) {
    setSource(sample.meta.secret ?? OWN, [{ scheme: 'none' }])
    expect([sample.name, await post('webhook/main', sample.body, sample.headers)]).toEqual([sample.name, 200])
    for (const secret of secretsOf(sample)) secrets.set(secret, sample.name)
  }
  await ingest.receiving.notes.flush()
  expect(failures).toEqual([])
  expect(secrets.size).toBeGreaterThan(20)
  expect(foundIn(await dumpOf(database), secrets)).toEqual([])
}, 60_000)

test('nor what is planted into a sample of each provider: in headers, URL, lists of headers, JSON inside JSON', async () => {
  const plant = (n: number) => `PLANTED${n}-0123456789abcdef`
  const inside = { apikey: plant(1), password: plant(2), hmac: { key: plant(3) }, headers: [{ name: 'X-Api-Key', value: plant(4) }], own: OWN }
  const providers = new Set<string>()
  for (const sample of samples) {
    const read = readBody(sample)
    const provider = read.ok ? recognise(deliveryOf(sample.body, sample.headers), read.value)?.id : undefined
    if (!read.ok || provider === undefined || providers.has(provider) || typeof read.value !== 'object' || Array.isArray(read.value)) continue
    providers.add(provider)
    const body = JSON.stringify({
      ...read.value,
      extra: inside,
      text: JSON.stringify({ deep: JSON.stringify(inside), ...inside }),
      link: `https://hook:${plant(5)}@h.example/?token=${OWN}`,
    })
    setSource(OWN, [{ scheme: 'none' }])
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${plant(6)}`,
      'x-api-key': plant(7),
      cookie: `a=${plant(8)}`,
      'x-shop': `key ${OWN}`,
    }
    expect([provider, await post(`webhook/main/${OWN}?token=${plant(9)}&x=${OWN}`, body, headers)]).toEqual([provider, 200])
  }
  expect(providers.size).toBeGreaterThanOrEqual(4)
  expect(await dumpOf(database)).not.toContain('PLANTED')
}, 60_000)

test('nor a secret in the URL, whether it is right, wrong or in the place of the session', async () => {
  const body = JSON.stringify({ dataType: 'ready', sessionId: 'main' })
  const json = { 'content-type': 'application/json' }
  setSource(OWN, [{ scheme: 'url', parameter: 'token' }])
  expect(await post(`webhook/main?token=${OWN}/connection-update`, body, json)).toBe(200)
  expect(await post('webhook/main?token=PLANTED-wrong-0123456789', body, json)).toBe(401)
  setSource(OWN, [{ scheme: 'url' }])
  expect(await post(`webhook/main/${OWN}`, body, json)).toBe(200)
  expect(await post(`webhook/main/${encodeURIComponent(OWN).replace('P', '%50')}/ready`, body, json)).toBe(200)
  expect(await post('webhook/main/PLANTED-wrong-0123456789', body, json)).toBe(401)
  expect(await post(`webhook/${OWN}`, body, json)).toBe(401)
  expect(await post('webhook/PLANTED-retired-0123456789', body, json)).toBe(401)
  setSource(OWN, [{ scheme: 'basic' }])
  expect(await post('webhook/main', body, { ...json, authorization: `Basic ${Buffer.from('hook:PLANTED-wrong').toString('base64')}` })).toBe(401)
  await ingest.receiving.rejections.flush()
  const text = await dumpOf(database)
  expect(text).not.toContain('PLANTED')
  expect(text).not.toContain(Buffer.from('hook:PLANTED-wrong').toString('base64'))
  const [refused] = await database.read<{ n: number }[]>`select sum(times)::int as n from rejections`
  expect(refused?.n).toBe(5)
})
