import { afterAll, describe, expect, test } from 'bun:test'
import packed from '../../package.json'
import { createErrorReports, scrubEvent } from '../../src/telemetry/sentry'

const received: string[] = []
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    received.push(await request.text())
    return Response.json({})
  },
})
afterAll(() => server.stop(true))

describe('error reports', () => {
  test('reach the DSN, without phone numbers, secrets or anything of the machine', async () => {
    const reports = await createErrorReports(`http://public@127.0.0.1:${server.port}/1`)
    reports.capture(new Error('no route for 5511998877665@c.us'), { requestId: 'r-1', apiKey: 'S3CRET' })
    await reports.close()
    const [, , event] = (received[0] ?? '').split('\n')
    expect(JSON.parse(event ?? '{}')).toMatchObject({
      release: `${packed.name}@${packed.version}`,
      tags: { requestId: 'r-1', apiKey: '[redacted]' },
      exception: { values: [{ type: 'Error', value: 'no route for •••@c.us' }] },
    })
    expect(received.join()).not.toContain('5511998877665')
    expect(received.join()).not.toContain('S3CRET')
    expect(event).not.toContain('server_name')
  })

  test('go nowhere without a DSN', async () => {
    const reports = await createErrorReports(null)
    reports.capture(new Error('x'))
    await reports.close()
    expect(received).toHaveLength(1)
  })

  test('never carry the request, its body, headers, query or cookies', () => {
    const event = {
      message: 'failed for +5511998877665',
      request: { url: 'http://x/?key=1', data: 'hello', cookies: { a: 'b' }, headers: { 'x-api-key': 'S3CRET' } },
      user: { ip: '1.2.3.4' },
      breadcrumbs: [{}],
      extra: { body: 'hello', id: 7 },
    }
    expect(scrubEvent(event)).toEqual({ message: 'failed for •••', extra: { body: '[omitted]', id: 7 } } as unknown as typeof event)
  })
})
