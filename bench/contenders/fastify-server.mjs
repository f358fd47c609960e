/**
 * What a careful user would write instead: Fastify and node-postgres, one transaction per request, named prepared statements,
 * the same tables, the same proof, the same answer. Runs on Node and on Bun.
 */
import Fastify from 'fastify'
import pg from 'pg'
import { isProved, store } from './peer-store.mjs'

const { PORT, DATABASE_URL, WEBHOOK_SECRET, POOL = '10' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL) })
const app = Fastify({ bodyLimit: 16 << 20 })

const schema = {
  body: {
    type: 'object',
    required: ['event', 'payload', 'session'],
    properties: {
      event: { type: 'string', minLength: 1 },
      session: { type: 'string', minLength: 1, maxLength: 200 },
      id: { type: 'string' },
      timestamp: { type: 'number' },
      payload: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, body: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
        additionalProperties: true,
      },
    },
    additionalProperties: true,
  },
}

app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, raw, done) => {
  if (!isProved(WEBHOOK_SECRET, request.headers['x-webhook-signature'], raw)) return done(Object.assign(new Error('bad signature'), { statusCode: 401 }))
  request.raw.kept = raw
  try {
    done(null, JSON.parse(raw.toString('utf8')))
  } catch (cause) {
    done(Object.assign(cause, { statusCode: 400 }))
  }
})

app.post('/api/whatsapp/webhook/:sessionId', { schema }, async (request) => {
  const duplicate = await store(pool, request.params.sessionId, request.body, request.raw.kept, request)
  return { ok: true, duplicate }
})
app.get('/', () => 'ready')
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
