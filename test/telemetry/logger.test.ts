import { describe, expect, test } from 'bun:test'
import { createLogger, readable } from '../../src/telemetry/logger'
import { scrubText } from '../../src/telemetry/scrub'

function logged(write: (log: ReturnType<typeof createLogger>) => void): { line: string; fields: Record<string, unknown> } {
  let line = ''
  write(createLogger('info', { write: (text) => void (line += text) }))
  return { line, fields: line ? JSON.parse(line) : {} }
}

describe('the log', () => {
  test('is one JSON object a line, with the level as a word and the time in UTC', () => {
    const { line, fields } = logged((log) => log.info({ requestId: 'r1' }, 'Something\nhappened'))
    expect(line.trimEnd()).not.toContain('\n')
    expect(fields).toMatchObject({ level: 'info', msg: 'Something\nhappened', requestId: 'r1' })
    expect(fields.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('holds no secret, however deep and under whatever name', () => {
    const { line } = logged((log) =>
      log.warn(
        {
          request: { headers: { 'x-api-key': 'S3CRET' }, inner: { apiKey: 'S3CRET', webhook_secret: 'S3CRET', Authorization: 'Bearer S3CRETS3CRET' } },
          url: 'postgres://me:S3CRET@db/x',
        },
        'x',
      ),
    )
    expect(line).not.toContain('S3CRET')
  })

  test('holds no body and no phone number', () => {
    const { line } = logged((log) =>
      log.error(
        { body: 'hello', payload: { a: 'hello' }, chat: '5511998877665@c.us', note: 'from +5511998877665', bytes: new TextEncoder().encode('hello') },
        'x',
      ),
    )
    expect(line).not.toContain('hello')
    expect(line).not.toContain('5511998877665')
  })

  test("tells an error's type, message, code and cause, but not the row that Postgres quotes", () => {
    const error = Object.assign(new Error('duplicate key', { cause: new Error('inner') }), { code: '23505', detail: 'Failing row contains (hello)' })
    const { line, fields } = logged((log) => log.error({ err: error }, 'x'))
    expect(fields.err).toMatchObject({ type: 'Error', message: 'duplicate key', code: '23505', cause: { message: 'inner' } })
    expect(line).not.toContain('Failing row')
  })

  test('keeps numbers that are measures, and ids', () => {
    const id = '0199b2c4-1234-7000-8000-123456789012'
    const { fields } = logged((log) => log.info({ tookMs: 1795466577192, id }, 'x'))
    expect(fields).toMatchObject({ tookMs: 1795466577192, id })
    expect(scrubText('line 12 of 3456')).toBe('line 12 of 3456')
  })

  test('says less when the level is higher', () => {
    expect(logged((log) => log.debug('x')).line).toBe('')
  })

  test('is readable on a terminal', () => {
    const { line } = logged((log) => log.warn({ depth: 3 }, 'The journal took deliveries'))
    const plain = Bun.stripANSI(readable(line))
    expect(plain).toMatch(/^\d\d:\d\d:\d\d warn {2}The journal took deliveries depth=3\n$/)
  })
})
