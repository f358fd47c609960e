import { describe, expect, test } from 'bun:test'
import { checkedLookup, ForbiddenAddress, isForbidden, readBaseUrl } from '../../src/control/address'

describe('the base URL of a control API', () => {
  test('is kept without a slash at the end, private addresses included', () => {
    for (const [given, kept] of [
      ['http://waha:3000/', 'http://waha:3000'],
      ['  https://api.example.org/wa/ ', 'https://api.example.org/wa'],
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['http://192.168.0.7', 'http://192.168.0.7'],
      ['http://[fd12:3456::1]:3000', 'http://[fd12:3456::1]:3000'],
    ])
      expect(readBaseUrl(given as string)).toEqual({ ok: true, value: kept as string })
  })

  test('is refused in words when it cannot be one, and the words repeat nothing of it', () => {
    for (const given of [
      'waha:3000',
      'ftp://waha',
      'http://',
      'http://user:s3cret@waha',
      'http://waha?key=s3cret',
      'http://waha/#s3cret',
      `http://waha/${'x'.repeat(600)}s3cret`,
    ]) {
      const read = readBaseUrl(given)
      expect(read.ok).toBe(false)
      if (!read.ok) expect(read.failure.message).not.toContain('s3cret')
    }
  })

  test('leads to no link-local or metadata address, however that is written', () => {
    for (const host of [
      '169.254.169.254',
      '2852039166',
      '0xa9fea9fe',
      '[fe80::1]',
      '[febf::1]',
      '[::ffff:169.254.169.254]',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::a9fe:a9fe]',
      '[fd00:ec2::254]',
      '[fd00:0ec2:0:0::254]',
      '100.100.100.200',
    ])
      expect([host, readBaseUrl(`http://${host}/latest`).ok]).toEqual([host, false])
    for (const address of ['10.0.0.1', '127.0.0.1', '::1', 'fd00::1', 'fec0::1', '2001:db8::1', '169.253.1.1', '::ffff:10.0.0.1'])
      expect([address, isForbidden(address)]).toEqual([address, false])
  })

  test('that is a name is looked at again when it is resolved, and only what was looked at is connected to', async () => {
    const found = await new Promise<unknown[]>((done) => checkedLookup('localhost', { all: true }, (...all) => done(all)))
    expect(found[0]).toBeNull()
    expect((found[1] as { address: string }[]).every(({ address }) => address === '127.0.0.1' || address === '::1')).toBe(true)
  })

  test('that resolves to a forbidden address is not connected to', async () => {
    const [error] = await new Promise<unknown[]>((done) => checkedLookup('169.254.169.254', { all: true }, (...all) => done(all)))
    expect(error).toBeInstanceOf(ForbiddenAddress)
  })
})
