import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createControl } from '../../src/control/control'
import { importSessions } from '../../src/control/import'
import { sessionIdOf } from '../../src/domain/id'
import { rebuild } from '../../src/ingest/rebuild'
import { Writer } from '../../src/ingest/writer'
import { findLastAction } from '../../src/store/actions-read'
import { findSessionTarget, type SessionTarget } from '../../src/store/session-targets'
import { listOpenControls, saveSourceControl } from '../../src/store/source-controls'
import { insertSource, listSources } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { freshDatabase } from '../support/database'
import { ALLOWANCES, entry, event } from '../support/entries'
import { MISBEHAVIOURS } from './stand-ins/stand-in'
import { WAHA_KEY, wahaStandIn } from './stand-ins/waha'
import { WWEBJS_KEY, wwebjsStandIn } from './stand-ins/wwebjs-api'

const database = await freshDatabase()
const sql = database.read
const vault = new Vault(new Uint8Array(32).fill(7))
const servers = { waha: wahaStandIn(), wwebjs: wwebjsStandIn() }
let skew = 0
const now = () => Date.now() + skew
const troubles: unknown[] = []
const writer = new Writer(database.write, now, { committed: ({ works }) => control.codes.noteCommit(works) })
const control = createControl({ sql, vault, writer, allowances: ALLOWANCES, now, failed: (cause) => void troubles.push(cause) })
const { controls, codes, watch } = control
afterAll(async () => {
  await control.close()
  await writer.close()
  await database.close()
  await Promise.all(Object.values(servers).map((server) => server.stop()))
})

const ids: Record<string, string> = {}
for (const [slug, key] of [
  ['waha', WAHA_KEY],
  ['wwebjs', WWEBJS_KEY],
] as const) {
  const provider = slug === 'wwebjs' ? 'wwebjs-api' : slug
  ids[slug] = (await insertSource(sql, { slug, label: slug, provider }, now())).id
  await saveSourceControl(sql, vault, { sourceId: ids[slug] as string, api: provider, baseUrl: servers[slug].url, key }, now())
}
beforeEach(() => {
  for (const server of Object.values(servers)) server.misbehave(null)
})

const BY = { id: 'op-1', name: 'Ada' }
const hear = (slug: string, name: string, ...events: ReturnType<typeof event>[]) => {
  // Nothing is heard in the millisecond in which something else happened: what would come first is anybody's guess.
  skew += 1
  const one = entry(name, events, now())
  return writer.append({ ...one, sessionId: sessionIdOf(ids[slug] as string, name), session: { ...one.session, sourceId: ids[slug] as string } })
}
const target = async (slug: string, name: string): Promise<SessionTarget> => (await findSessionTarget(sql, slug, name, ALLOWANCES)) as SessionTarget
const types = async (slug: string, name: string) =>
  (await sql<{ type: string }[]>`select type from events where session_id = ${sessionIdOf(ids[slug] as string, name)} order by seq`).map(({ type }) => type)

describe('an action', () => {
  test('is in the ledger with who, what and outcome, and its result as evidence: no webhook follows a stop', async () => {
    servers.wwebjs.sessions.set('shop', { state: 'CONNECTED' })
    await hear('wwebjs', 'shop', event('session.connected'))
    const outcome = await controls.act(await target('wwebjs', 'shop'), 'stop', BY)
    expect(outcome).toEqual({ ok: true, message: 'The sender has stopped the session' })
    expect(await types('wwebjs', 'shop')).toEqual(['session.connected', 'operator.stop_requested', 'session.answered', 'operator.stop_done'])
    expect((await target('wwebjs', 'shop')).state).toMatchObject({ status: 'disconnected', reason: 'stopped' })
    expect(await findLastAction(sql, sessionIdOf(ids.wwebjs as string, 'shop'), now())).toMatchObject({
      action: 'stop',
      outcome: 'done',
      by: 'Ada',
      message: 'The sender has stopped the session',
    })
  })

  test('that the sender refuses changes nothing, and says why', async () => {
    await hear('wwebjs', 'refused', event('session.connected'))
    const outcome = await controls.act(await target('wwebjs', 'refused'), 'restart', BY)
    expect(outcome).toEqual({ ok: false, message: 'The sender has no such session running: start it first' })
    expect(await types('wwebjs', 'refused')).toEqual(['session.connected', 'operator.restart_requested', 'operator.restart_failed'])
    expect((await target('wwebjs', 'refused')).state.status).toBe('connected')
  })

  test('that starts is dated by its request: what webhooks told meanwhile comes after it', async () => {
    await hear('wwebjs', 'slow', event('session.disconnected'))
    servers.wwebjs.misbehave(async () => {
      await hear('wwebjs', 'slow', event('session.qr', { session: { qr: '2@meanwhile' } }))
      return Response.json({ success: true, message: 'Session initiated successfully' })
    })
    skew += 1
    expect((await controls.act(await target('wwebjs', 'slow'), 'start', BY)).ok).toBe(true)
    expect((await target('wwebjs', 'slow')).state).toMatchObject({ status: 'qr', qr: { code: '2@meanwhile', count: 1 } })
    const way = await sql<
      { to_status: string }[]
    >`select to_status from transitions where session_id = ${sessionIdOf(ids.wwebjs as string, 'slow')} order by at`
    expect(way.map((one) => one.to_status)).toEqual(['disconnected', 'starting', 'qr'])
  })

  test('logs out and restarts with the states that follow', async () => {
    servers.wwebjs.sessions.set('both', { state: 'CONNECTED' })
    await hear('wwebjs', 'both', event('session.connected'))
    skew += 10_000
    await controls.act(await target('wwebjs', 'both'), 'restart', BY)
    expect((await target('wwebjs', 'both')).state.status).toBe('starting')
    await controls.act(await target('wwebjs', 'both'), 'logout', BY)
    expect((await target('wwebjs', 'both')).state).toMatchObject({ status: 'disconnected', reason: 'logged_out' })
  })

  test('brings the pairing code to the page, and keeps no phone number', async () => {
    servers.wwebjs.sessions.set('pair', { state: 'UNPAIRED', qr: '2@x' })
    await hear('wwebjs', 'pair', event('session.qr', { session: { qr: '2@x' } }))
    expect(await controls.act(await target('wwebjs', 'pair'), 'pairing_code', BY, '4915112345678')).toMatchObject({ ok: true, pairingCode: 'ABCD1234' })
    expect((await target('wwebjs', 'pair')).state).toMatchObject({ status: 'qr', pairingCode: 'ABCD1234' })
    const rows = await sql`select facts::text as facts from events`
    expect(JSON.stringify(rows)).not.toContain('4915112345678')
  })

  test('is not begun twice, nor where the sender has no call for it or the source no API', async () => {
    servers.wwebjs.misbehave(MISBEHAVIOURS.hangs)
    await hear('wwebjs', 'twice', event('session.connected'))
    const { outcome } = await controls.begin(await target('wwebjs', 'twice'), 'stop', BY)
    await expect(controls.act(await target('wwebjs', 'twice'), 'stop', BY)).rejects.toMatchObject({ code: 'conflict' })
    outcome.catch(() => {})
    const { id } = await insertSource(sql, { slug: 'bare', label: 'bare', provider: 'waha' }, now())
    await expect(controls.act({ ...(await target('wwebjs', 'shop')), sourceId: id }, 'stop', BY)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('no control API'),
    })
    await hear('wwebjs', 'no/such name', event('session.connected'))
    await expect(controls.act(await target('wwebjs', 'no/such name'), 'stop', BY)).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('a code that is announced without being given', () => {
  test('is fetched as soon as its announcement is committed, and the next one too', async () => {
    servers.waha.sessions.set('scan', { status: 'SCAN_QR_CODE', code: '2@first' })
    await hear('waha', 'scan', event('session.qr'))
    await codes.settle()
    expect((await target('waha', 'scan')).state.qr).toMatchObject({ code: '2@first', count: 1 })
    servers.waha.sessions.set('scan', { status: 'SCAN_QR_CODE', code: '2@second' })
    await hear('waha', 'scan', event('session.qr'))
    await codes.settle()
    expect((await target('waha', 'scan')).state.qr).toMatchObject({ code: '2@second', count: 2 })
  })

  test('never stands behind the log-in that it led to', async () => {
    servers.waha.sessions.set('fast', { status: 'SCAN_QR_CODE', code: '2@late' })
    servers.waha.misbehave(async () => {
      await hear('waha', 'fast', event('session.connected'))
      return Response.json({ value: '2@late' })
    })
    await hear('waha', 'fast', event('session.qr'))
    await codes.settle()
    expect((await target('waha', 'fast')).state).toMatchObject({ status: 'connected', qr: null })
  })

  test('is asked for by the watch when fetching it failed, and not for ever', async () => {
    servers.waha.misbehave(MISBEHAVIOURS['shows a web page'])
    servers.waha.sessions.set('again', { status: 'SCAN_QR_CODE', code: '2@again' })
    await hear('waha', 'again', event('session.qr'))
    await codes.settle()
    expect((await target('waha', 'again')).state.qr?.code).toBeNull()
    servers.waha.misbehave(null)
    await watch.round(5_000)
    expect((await target('waha', 'again')).state.qr).toMatchObject({ code: '2@again', count: 1 })
    skew += 6 * 60_000
    const asked = servers.waha.asked.length
    await watch.round(5_000)
    expect(servers.waha.asked.length).toBe(asked)
    expect(troubles).toEqual([])
  })
})

describe('the import', () => {
  test('creates the sessions of the sender with their status, and nothing when it is done again', async () => {
    servers.waha.sessions.clear()
    servers.waha.sessions.set('one', { status: 'WORKING', me: { id: '4915112345678@c.us', pushName: 'Front desk' } }).set('two', { status: 'STOPPED' })
    const source = (await listSources(sql, vault)).find(({ slug }) => slug === 'waha')
    if (!source) throw new Error('no source')
    expect(await importSessions(controls, source, BY)).toEqual({ ok: true, value: { found: 2, created: 2, updated: 0 } })
    expect((await target('waha', 'one')).state).toMatchObject({ status: 'connected', account: { id: '4915112345678@c.us', name: 'Front desk' } })
    expect((await target('waha', 'two')).state).toMatchObject({ status: 'disconnected', reason: 'stopped' })
    expect(await importSessions(controls, source, BY)).toEqual({ ok: true, value: { found: 2, created: 0, updated: 0 } })
    expect(await types('waha', 'one')).toEqual(['operator.import_done', 'session.answered'])
    servers.waha.sessions.set('two', { status: 'WORKING' })
    expect(await importSessions(controls, source, BY)).toEqual({ ok: true, value: { found: 2, created: 0, updated: 1 } })
    expect((await target('waha', 'two')).state.status).toBe('connected')
  })

  test('asks for the status where the list has names only', async () => {
    servers.wwebjs.sessions.clear()
    servers.wwebjs.sessions.set('named', { state: 'CONNECTED' })
    const source = (await listSources(sql, vault)).find(({ slug }) => slug === 'wwebjs')
    if (!source) throw new Error('no source')
    expect(await importSessions(controls, source, BY)).toMatchObject({ ok: true, value: { found: 1, created: 1 } })
    expect((await target('wwebjs', 'named')).state.status).toBe('connected')
    servers.wwebjs.misbehave(MISBEHAVIOURS['shows a web page'])
    expect(await importSessions(controls, source, BY)).toMatchObject({ ok: false })
  })
})

test('the key is sealed, and one that another ENCRYPTION_KEY sealed stands in nobody else’s way', async () => {
  const [row] = await sql<{ text: string }[]>`select string_agg(c::text || encode(key_ciphertext, 'escape'), '') as text from source_controls c`
  expect(row?.text).not.toContain(WAHA_KEY)
  const open = await listOpenControls(sql, new Vault(new Uint8Array(32).fill(8)))
  expect(open.every((one) => one.key === undefined && one.problem.includes('encryption key'))).toBe(true)
  expect((await listOpenControls(sql, vault)).map(({ key }) => key)).toEqual([WAHA_KEY, WWEBJS_KEY])
})

test('state and transitions are what the ledger folds to, and no key is in it', async () => {
  await writer.drain()
  expect((await rebuild(sql, { repair: false })).differences.filter((one) => !one.startsWith('rollups'))).toEqual([])
  const rows = JSON.stringify(await sql`select * from events`)
  for (const key of [WAHA_KEY, WWEBJS_KEY]) expect(rows).not.toContain(key)
})

test('what is under way when the server stops is written down as such', async () => {
  servers.waha.misbehave(MISBEHAVIOURS.hangs)
  const { outcome } = await controls.begin(await target('waha', 'one'), 'restart', BY)
  await control.close()
  expect(await outcome).toMatchObject({ ok: false, message: expect.stringContaining('it may have done it') })
  expect((await types('waha', 'one')).at(-1)).toBe('operator.restart_failed')
})
