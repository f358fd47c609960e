import { describe, expect, test } from 'bun:test'
import type { DecodedEvent } from '../../src/domain/event'
import { recognise } from '../../src/providers'
import { metaCloudApi } from '../../src/providers/meta-cloud-api'
import type { Decoded } from '../../src/providers/provider'
import { checkHmac } from '../../src/signing/hmac'
import { newLine } from '../../src/tasks/simulate/happening'
import { metaDelivery, metaMessages } from '../../src/tasks/simulate/meta'
import { deliveryOf, NOW } from './samples'

const FIXTURES = `${import.meta.dir}/../fixtures/meta-cloud-api`
const AT = NOW / 1000 - 60

function decodeBody(body: unknown, pathSession: string | null = null, receivedAt = NOW): Decoded {
  return metaCloudApi.decode({ ...deliveryOf(''), pathSession, receivedAt }, body)
}

function partsOf(body: unknown, pathSession: string | null = null) {
  const decoded = decodeBody(body, pathSession)
  if (!decoded.ok) throw new Error(decoded.reason)
  return decoded.parts
}

function change(field: string, value: object, time?: number): DecodedEvent[] {
  return partsOf({ object: 'whatsapp_business_account', entry: [{ id: '100', time, changes: [{ field, value }] }] }).flatMap((part) => part.events)
}
const one = (field: string, value: object, time?: number) => change(field, value, time)[0] as DecodedEvent
const status = (told: object) => one('messages', { statuses: [{ id: 'wamid.A', timestamp: String(AT), ...told }] })
const message = (told: object) => one('messages', { messages: [{ id: 'wamid.A', from: '55', timestamp: String(AT), ...told }] })

describe('Meta', () => {
  test('one delivery for several numbers is split, and each part goes to its own session', () => {
    const numbers = (ids: string[]) => ({
      object: 'whatsapp_business_account',
      entry: ids.map((phone_number_id, nth) => ({
        id: `10000000000000${nth % 2}`,
        changes: [
          {
            field: 'messages',
            value: { metadata: { phone_number_id, display_phone_number: `+1 555-078 ${phone_number_id}` }, statuses: [{ id: `wamid.${nth}`, status: 'sent' }] },
          },
        ],
      })),
    })
    const body = numbers(['200000000000001', '200000000000002', '200000000000001'])
    const sessions = (path: string | null) => partsOf(body, path).map(({ session, overridesUrl, events }) => [session, overridesUrl ?? false, events.length])
    expect(sessions(null)).toEqual([
      ['200000000000001', false, 2],
      ['200000000000002', false, 1],
    ])
    // A name of the operator's own stands for whatever comes to it.
    expect(sessions('shop').map(([, overrides]) => overrides)).toEqual([false, false])
    // The id of one number does not stand for another.
    expect(sessions('200000000000001').map(([, overrides]) => overrides)).toEqual([false, true])
    expect(sessions('100000000000000').map(([, overrides]) => overrides)).toEqual([true, true])
    // Nor does a number; its own id is another name for it.
    expect(sessions('1555078200000000000001').map(([, overrides]) => overrides)).toEqual([false, false])
    expect(sessions('15550782000000').map(([, overrides]) => overrides)).toEqual([true, true])
  })

  test('what names no number belongs to the account, unless the URL says whose it is', () => {
    const body = {
      object: 'whatsapp_business_account',
      entry: [{ id: '100000000000000', changes: [{ field: 'account_update', value: { event: 'ACCOUNT_DELETED' } }] }],
    }
    expect(partsOf(body)).toMatchObject([{ session: '100000000000000' }])
    expect(partsOf(body, '200000000000001')[0]).not.toHaveProperty('overridesUrl')
  })

  test('acknowledgements of messages and of whoever received them have keys of their own', () => {
    expect(status({ status: 'played' })).toMatchObject({ type: 'message.ack', message: { ack: 4, fromMe: true } })
    expect(status({ status: 'read', recipient_type: 'group', recipient_participant_id: '55' }).key).not.toBe(
      status({ status: 'read', recipient_type: 'group', recipient_participant_id: '56' }).key,
    )
    expect(status({ status: 'deleted' }).type).toBe('message.revoked')
    expect(status({ status: 'warning' })).toMatchObject({ type: 'other', providerType: 'statuses.warning' })
    // Payments fail, too, and that is no message that failed.
    expect(status({ status: 'failed', type: 'payment' }).type).toBe('other')
  })

  test('why a message failed is told in a line', () => {
    const failed = (error: unknown) => status({ status: 'failed', errors: [error] }).message?.text
    expect(failed({ code: 131026, title: 'Message undeliverable', error_data: { details: 'Message Undeliverable.' } })).toBe('131026 Message undeliverable')
    expect(failed({ code: 131047, title: 'Re-engagement message', error_data: { details: 'More than 24 hours' } })).toBe(
      '131047 Re-engagement message: More than 24 hours',
    )
    expect(failed({ error_data: { details: 'only this' } })).toBe('only this')
    expect(failed({})).toBeUndefined()
  })

  test('what is done to a message is about the original', () => {
    expect(message({ type: 'edit', edit: { original_message_id: 'wamid.O', message: { type: 'text', text: { body: 'b' } } } })).toMatchObject({
      type: 'message.edited',
      message: { id: 'wamid.O', text: 'b' },
    })
    expect(message({ type: 'revoke', revoke: { original_message_id: 'wamid.O' } }).message?.id).toBe('wamid.O')
    expect(message({ type: 'reaction', reaction: { message_id: 'wamid.O' } }).message?.reaction).toEqual({ text: '', sender: '55' })
    for (const broken of [{ type: 'edit' }, { type: 'revoke', revoke: 5 }, { type: 'reaction', reaction: {} }]) {
      expect(message(broken)).toMatchObject({ type: 'other', providerType: 'messages.unreadable', key: null })
    }
  })

  test('a customer without a number is known by the id of the user', () => {
    expect(one('messages', { messages: [{ id: 'wamid.A', from_user_id: 'US.1', type: 'text', text: { body: 'x' } }] }).message).toMatchObject({
      chat: 'US.1',
      from: 'US.1',
    })
  })

  test('what an update of the account means for its numbers', () => {
    const state = (value: object) => one('account_update', value, AT).session
    expect(state({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } })).toMatchObject({ status: 'disconnected', reason: 'banned' })
    expect(state({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE' } })).not.toHaveProperty('status')
    expect(state({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } })).toMatchObject({ status: 'connected' })
    expect(state({ event: 'DISABLED_UPDATE' })).toMatchObject({ status: 'disconnected', reason: 'banned' })
    expect(state({ event: 'ACCOUNT_RECONNECTED' })).toMatchObject({ status: 'connected' })
    expect(state({ event: 'PARTNER_REMOVED' })).toMatchObject({ status: 'disconnected', reason: 'logged_out' })
    expect(one('account_update', { event: 'VERIFIED_ACCOUNT' }, AT)).toMatchObject({ type: 'account.update', providerType: 'account_update.VERIFIED_ACCOUNT' })
    expect(one('account_update', { event: '__proto__' }, AT).type).toBe('account.update')
  })

  test('every field of its documentation has a name here, whatever stands in it', () => {
    const names =
      'account_update account_alerts account_review_update phone_number_quality_update phone_number_name_update business_capability_update message_template_status_update message_template_quality_update message_template_components_update template_category_update security flows smb_app_state_sync history automatic_events payment_configuration_update partner_solutions'
    for (const field of names.split(' '))
      for (const value of [{}, { event: 5 }]) expect([field, one(field, value, AT).type === 'other']).toEqual([field, false])
    expect(one('brand_new', {})).toMatchObject({ type: 'other', providerType: 'brand_new', key: null })
  })

  test('the same update of an account told twice is one, two of one second are two', () => {
    const key = (value: object, time?: number) => one('account_review_update', value, time).key
    expect(key({ decision: 'APPROVED' }, AT)).toBe(key({ decision: 'APPROVED' }, AT))
    expect(key({ decision: 'APPROVED' }, AT)).not.toBe(key({ decision: 'REJECTED' }, AT))
    expect(key({ decision: 'APPROVED' })).toBeNull()
  })

  test('its times order for as long as Meta repeats; an older one is a wrong clock', () => {
    const body = (seconds: number) => ({
      object: 'whatsapp_business_account',
      entry: [{ id: '1', time: seconds, changes: [{ field: 'account_update', value: {} }] }],
    })
    const ordered = (daysAgo: number) => partsOf(body(Math.floor(NOW / 1000) - daysAgo * 86_400))[0]?.events[0]?.ordered
    expect(ordered(6.9)).toBe(true)
    expect(ordered(7.1)).toBe(false)
  })

  test('another product of Meta is told as such, and kept out', async () => {
    const page: unknown = await Bun.file(`${FIXTURES}/others/wrong-object.page.json`).json()
    expect(decodeBody(page)).toMatchObject({ ok: false, reason: expect.stringContaining('"page"') })
    expect(recognise(deliveryOf('', { 'x-hub-signature-256': 'x' }), page)?.id).toBe('meta-cloud-api')
    expect(recognise(deliveryOf(''), page)).toBeUndefined()
    expect(decodeBody({ object: 'whatsapp_business_account', entry: [null, {}, { changes: 5 }] })).toMatchObject({ ok: false })
    for (const body of [null, [], {}, { object: 'whatsapp_business_account' }, { entry: [] }]) expect(decodeBody(body).ok).toBe(false)
  })

  test('the signature is over the escaped bytes: the same JSON written another way is not signed', () => {
    const line = newLine('shop', '15550783881')
    const { headers, body } = metaDelivery('the app secret', line, [
      metaMessages(line, { messages: [{ id: 'wamid.A', type: 'text', text: { body: 'Olá 🙏 a/b' } }] }),
    ])
    expect(body).toContain('Ol\\u00e1 \\ud83d\\ude4f a\\/b')
    const verdict = (text: string) =>
      checkHmac(deliveryOf(text, headers), metaCloudApi.schemes[0] as Parameters<typeof checkHmac>[1], [{ id: 's', value: 'the app secret' }], NOW)
    expect(verdict(body)).toMatchObject({ ok: true })
    expect(verdict(JSON.stringify(JSON.parse(body)))).toMatchObject({ ok: false, refusal: { code: 'mismatch' } })
  })
})
