import { describe, expect, test } from 'bun:test'
import { createClientAddress } from '../../src/web/plugins/client-address'

const peer = (address: string) => ({ requestIP: () => ({ address }) })
const request = (forwarded?: string) => new Request('http://localhost/', forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } })

describe('the address of a client', () => {
  test('is that of the connection as long as no proxy is trusted, whatever a header claims', () => {
    const address = createClientAddress({ hops: 0, cidrs: [] })
    expect(address(request('6.6.6.6'), peer('192.0.2.1'))).toBe('192.0.2.1')
    expect(address(request(), peer('::ffff:192.0.2.1'))).toBe('192.0.2.1')
    expect(address(request(), null)).toBe('unknown')
  })

  test('behind so many hops is what the outermost trusted proxy saw', () => {
    const one = createClientAddress({ hops: 1, cidrs: [] })
    expect(one(request('6.6.6.6, 203.0.113.7'), peer('10.0.0.1'))).toBe('203.0.113.7')
    const two = createClientAddress({ hops: 2, cidrs: [] })
    expect(two(request('6.6.6.6, 203.0.113.7, 10.0.0.2'), peer('10.0.0.1'))).toBe('203.0.113.7')
    expect(two(request('203.0.113.7'), peer('10.0.0.1'))).toBe('203.0.113.7')
  })

  test('behind known networks is the first that is none of ours', () => {
    const address = createClientAddress({ hops: 0, cidrs: ['10.0.0.0/8', '2001:db8::/32', '::1'] })
    expect(address(request('6.6.6.6, 203.0.113.7, 10.1.1.1'), peer('10.0.0.1'))).toBe('203.0.113.7')
    expect(address(request('6.6.6.6'), peer('192.0.2.9'))).toBe('192.0.2.9')
    expect(address(request('203.0.113.7:51234'), peer('2001:db8::9'))).toBe('203.0.113.7')
    expect(address(request('[2a00::5]:443'), peer('::1'))).toBe('2a00::5')
  })

  test('is never a word that is no address', () => {
    const address = createClientAddress({ hops: 3, cidrs: [] })
    expect(address(request('<script>, 203.0.113.7'), peer('10.0.0.1'))).toBe('203.0.113.7')
    expect(address(request('unknown'), peer('10.0.0.1'))).toBe('10.0.0.1')
  })
})
