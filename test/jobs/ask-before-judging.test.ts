import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createControl } from '../../src/control/control'
import { sessionIdOf } from '../../src/domain/id'
import { Writer } from '../../src/ingest/writer'
import { sweepStaleSessions } from '../../src/jobs/sweep-stale-sessions'
import { watchSenders } from '../../src/jobs/watch-senders'
import { findSessionTarget, type SessionTarget } from '../../src/store/session-targets'
import { findSession } from '../../src/store/sessions-read'
import { saveSourceControl } from '../../src/store/source-controls'
import { insertSource } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { GOWA_LOGIN, gowaStandIn, OPEN_WA_KEY, openWaV5StandIn } from '../control/stand-ins/others'
import { MISBEHAVIOURS, type StandIn } from '../control/stand-ins/stand-in'
import { WAHA_KEY, wahaStandIn } from '../control/stand-ins/waha'
import { WWEBJS_KEY, wwebjsStandIn } from '../control/stand-ins/wwebjs-api'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event } from '../support/entries'

const MINUTE = 60_000
const database = await freshDatabase()
const sql = database.read
const vault = new Vault(new Uint8Array(32))
let clock = Date.now()
const now = () => clock
const troubles: unknown[] = []
const writer = new Writer(database.write, now)
const servers = { waha: wahaStandIn(), wwebjs: wwebjsStandIn(), gowa: gowaStandIn(), v5: openWaV5StandIn() }
const control = createControl({ sql, vault, writer, allowances: ALLOWANCES, now, failed: (cause) => void troubles.push(cause) })
const deps = { sql, writer, allowances: ALLOWANCES, now, controls: control.controls, watch: control.watch }
afterAll(async () => {
  await control.close()
  await writer.close()
  await database.close()
  await Promise.all(Object.values(servers).map((server) => server.stop()))
})
const ids: Record<string, string> = {}
const SOURCES: [string, string, StandIn, string][] = [
  ['waha', 'waha', servers.waha, WAHA_KEY],
  ['wwebjs', 'wwebjs-api', servers.wwebjs, WWEBJS_KEY],
  ['gowa', 'gowa', servers.gowa, GOWA_LOGIN],
  ['v5', 'open-wa-v5', servers.v5, OPEN_WA_KEY],
]
for (const [slug, api, server, key] of SOURCES) {
  ids[slug] = (await insertSource(sql, { slug, label: slug, provider: api }, clock)).id
  await saveSourceControl(sql, vault, { sourceId: ids[slug] as string, api, baseUrl: server.url, key }, clock)
}
beforeEach(() => {
  clock += 60 * MINUTE
  for (const server of Object.values(servers)) server.misbehave(null)
})

const hear = (slug: string, name: string, ...events: ReturnType<typeof event>[]) => {
  const one = entry(name, events, clock)
  return writer.append({ ...one, sessionId: sessionIdOf(ids[slug] as string, name), session: { ...one.session, sourceId: ids[slug] as string } })
}
const stateOf = async (slug: string, name: string) => ((await findSessionTarget(sql, slug, name, ALLOWANCES)) as SessionTarget).state
const count = async (slug: string, name: string) =>
  Number((await sql`select count(*) as n from events where session_id = ${sessionIdOf(ids[slug] as string, name)}`)[0]?.n)

describe('before a silent session is judged, its sender is asked', () => {
  test('and one that says it is connected stays so, quiet and not stale; it is asked again only after the next silence', async () => {
    servers.waha.sessions.set('calm', { status: 'WORKING' })
    await hear('waha', 'calm', event('session.connected'))
    const heardAt = clock
    clock += 16 * MINUTE
    expect(await sweepStaleSessions(deps)).toBe(0)
    expect(await stateOf('waha', 'calm')).toMatchObject({ status: 'connected', heardAt: clock })
    expect(await findSession(sql, 'waha', 'calm', ALLOWANCES, clock)).toMatchObject({ health: 'quiet', lastEventAt: heardAt })
    const asked = servers.waha.asked.length
    clock += 5_000
    await sweepStaleSessions(deps)
    expect(servers.waha.asked.length).toBe(asked)
  })

  test('and its own word counts, with its own reason', async () => {
    servers.waha.sessions.set('told', { status: 'STOPPED' })
    await hear('waha', 'told', event('session.connected'))
    clock += 16 * MINUTE
    expect(await sweepStaleSessions(deps)).toBe(0)
    expect(await stateOf('waha', 'told')).toMatchObject({ status: 'disconnected', reason: 'stopped', since: clock })
  })

  test('and a page that has crashed without a word is found out', async () => {
    servers.wwebjs.sessions.set('crashed', { state: null, message: 'browser tab closed' })
    await hear('wwebjs', 'crashed', event('session.connected'))
    clock += 16 * MINUTE
    await sweepStaleSessions(deps)
    expect(await stateOf('wwebjs', 'crashed')).toMatchObject({ status: 'disconnected', reason: 'unknown', detail: 'browser tab closed' })
  })

  test('and a code that is still the same expires all the same, while a new one goes on', async () => {
    servers.waha.sessions.set('old', { status: 'SCAN_QR_CODE', code: '2@same' }).set('new', { status: 'SCAN_QR_CODE', code: '2@next' })
    for (const name of ['old', 'new']) await hear('waha', name, event('session.qr', { session: { qr: '2@same' } }))
    clock += 1.5 * MINUTE
    await sweepStaleSessions(deps)
    expect(await stateOf('waha', 'old')).toMatchObject({ status: 'disconnected', reason: 'qr_expired' })
    expect(await stateOf('waha', 'new')).toMatchObject({ status: 'qr', qr: { code: '2@next', count: 2 } })
  })

  test('and one that only says it is still starting is timed out, and not asked for ever', async () => {
    servers.waha.sessions.set('stuck', { status: 'STARTING' })
    await hear('waha', 'stuck', event('session.connecting'))
    clock += 4 * MINUTE
    await sweepStaleSessions(deps)
    expect(await stateOf('waha', 'stuck')).toMatchObject({ status: 'disconnected', reason: 'timeout' })
  })

  test('and without an answer in time it is judged as ever; a source that hangs holds up nobody', async () => {
    servers.waha.misbehave(MISBEHAVIOURS.hangs)
    for (let i = 0; i < 20; i++) await hear('waha', `hung-${i}`, event('session.connected'))
    servers.wwebjs.sessions.set('fine', { state: 'CONNECTED' })
    await hear('wwebjs', 'fine', event('session.connected'))
    clock += 16 * MINUTE
    const startedAt = performance.now()
    expect(await sweepStaleSessions(deps)).toBeGreaterThanOrEqual(20)
    expect(performance.now() - startedAt).toBeLessThan(4_500)
    expect(await stateOf('waha', 'hung-7')).toMatchObject({ status: 'disconnected', reason: 'stale' })
    expect(await stateOf('wwebjs', 'fine')).toMatchObject({ status: 'connected' })
  })

  test('and while a source is down it is not asked for each of its sessions', async () => {
    clock += 10 * MINUTE
    servers.waha.misbehave(() => new Response(null, { status: 401 }))
    for (let i = 0; i < 20; i++) await hear('waha', `down-${i}`, event('session.connected'))
    clock += 16 * MINUTE
    const asked = servers.waha.asked.length
    expect(await sweepStaleSessions(deps)).toBe(20)
    expect(servers.waha.asked.length - asked).toBeLessThanOrEqual(4)
  })
})

describe('the watch', () => {
  test('asks GOWA for the states that it never posts, and writes down only what changed', async () => {
    servers.gowa.sessions.set('desk', { connected: true, loggedIn: true })
    await hear('gowa', 'desk', event('message.received', { message: { id: 'M1' } }))
    await watchSenders(deps)
    const before = await count('gowa', 'desk')
    clock += MINUTE
    await watchSenders(deps)
    expect(await count('gowa', 'desk')).toBe(before)
    servers.gowa.sessions.set('desk', { connected: false, loggedIn: true })
    await watchSenders(deps)
    expect(await count('gowa', 'desk')).toBe(before)
    clock += MINUTE
    await watchSenders(deps)
    expect(await stateOf('gowa', 'desk')).toMatchObject({ status: 'disconnected', reason: 'network' })
    servers.gowa.sessions.set('desk', { connected: true, loggedIn: true })
    clock += MINUTE
    await watchSenders(deps)
    expect(await stateOf('gowa', 'desk')).toMatchObject({ status: 'connected' })
  })

  test('renews the code of GOWA before it is over, and leaves the pairing alone when it says "not logged in"', async () => {
    servers.gowa.sessions.set('new', { connected: false, loggedIn: false, code: '2@one' })
    await hear('gowa', 'new', event('session.qr', { session: { qr: '2@one' } }))
    clock += 31_000
    await watchSenders(deps)
    expect(await stateOf('gowa', 'new')).toMatchObject({ status: 'qr', qr: { code: '2@one' } })
    servers.gowa.sessions.set('new', { connected: false, loggedIn: false, code: '2@two' })
    clock += 20_000
    await watchSenders(deps)
    expect(await stateOf('gowa', 'new')).toMatchObject({ status: 'qr', qr: { code: '2@two', count: 2 } })
  })

  test('finds the code of open-wa v5 at /health, which no webhook announces', async () => {
    servers.v5.health.qr = '2@health'
    await hear('v5', 'wa', event('session.connecting'))
    await watchSenders(deps)
    expect(await stateOf('v5', 'wa')).toMatchObject({ status: 'qr', qr: { code: '2@health', count: 1 } })
    servers.v5.health.state = 'READY'
    clock += 15_000
    await watchSenders(deps)
    expect(await stateOf('v5', 'wa')).toMatchObject({ status: 'connected' })
  })

  test('goes on with the others while one hangs, and does not ask that one twice', async () => {
    servers.gowa.misbehave(MISBEHAVIOURS.hangs)
    servers.v5.health.state = 'DISCONNECTED'
    servers.v5.health.qr = null
    await hear('v5', 'wa', event('session.connecting'))
    const asked = servers.gowa.asked.length
    await control.watch.round(300)
    expect(await stateOf('v5', 'wa')).toMatchObject({ status: 'disconnected' })
    await control.watch.round(300)
    expect(servers.gowa.asked.length - asked).toBe(1)
    expect(troubles).toEqual([])
  })
})
