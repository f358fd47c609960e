/**
 * What a careful user would write instead: Fastify and node-postgres, one transaction per request, named prepared statements,
 * the same tables, the same proof, the same answer. Runs on Node and on Bun.
 */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const { PORT, DATABASE_URL, WEBHOOK_SECRET, POOL = '10' } = process.env
const SOURCE = '11111111-1111-4111-8111-111111111111'
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL) })
const app = Fastify({ bodyLimit: 16 << 20 })

const BEGIN = 'begin'
const COMMIT = 'commit'
const CLAIM = { name: 'claim', text: 'insert into event_keys (session_id, key, event_id) values ($1, $2, $3) on conflict do nothing' }
const DELIVERY = {
  name: 'delivery',
  text: "insert into deliveries (session_id, received_at, id, source_id, path, address, headers, body, scheme) values ($1, $2, $3, $4, $5, $6, $7, $8, 'hmac')",
}
const MESSAGE = {
  name: 'message',
  text: `insert into messages (session_id, id, chat, sender, recipient, from_me, kind, text, ack, sent_at) values ($1, $2, $3, $4, $5, false, 'text', $6, $7, $8)
    on conflict (session_id, id) do update set ack = greatest(messages.ack, excluded.ack), text = coalesce(messages.text, excluded.text)`,
}
const SESSION = {
  name: 'session',
  text: `insert into sessions as s (session_id, source_id, name, provider, status, since, account_id, account_name, seq, state, tally, last_event_at, created_at, updated_at, pulse)
    values ($1, $2, $3, 'waha', 'connected', $6, $4, $5, 1, $7, $7, $6, $6, $6, $8)
    on conflict (session_id) do update set seq = s.seq + 1, last_event_at = excluded.last_event_at, pulse = excluded.pulse returning seq`,
}
const EVENT = {
  name: 'event',
  text: `insert into events (session_id, received_at, id, seq, source_id, delivery_id, type, provider_type, at, occurred_at, key, message_id, chat, text, body_size, facts)
    values ($1, $2, $3, $4, $5, $6, 'message.received', 'message', $7, $7, $8, $9, $10, $11, $12, $13)`,
}

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
  if (!isProved(request.headers['x-webhook-signature'], raw)) return done(Object.assign(new Error('bad signature'), { statusCode: 401 }))
  request.raw.kept = raw
  try {
    done(null, JSON.parse(raw.toString('utf8')))
  } catch (cause) {
    done(Object.assign(cause, { statusCode: 400 }))
  }
})

app.post('/api/whatsapp/webhook/:sessionId', { schema }, async (request) => {
  const duplicate = await store(request.params.sessionId, request.body, request.raw.kept, request)
  return { ok: true, duplicate }
})
app.get('/', () => 'ready')
await app.listen({ port: Number(PORT), host: '127.0.0.1' })

function isProved(given, raw) {
  const expected = createHmac('sha256', WEBHOOK_SECRET).update(raw).digest()
  const signature = Buffer.from(String(given ?? '').replace(/^sha256=/, ''), 'hex')
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

async function store(name, body, raw, request) {
  const session = uuidOf(`${SOURCE}/${name}`)
  const event = { id: randomUUID(), at: new Date() }
  const { payload } = body
  const [, chat, messageId] = payload.id.split('_')
  const client = await pool.connect()
  try {
    await client.query(BEGIN)
    const claimed = await client.query({ ...CLAIM, values: [session, uuidOf(`${body.event}:${body.id}`), event.id] })
    if (claimed.rowCount > 0) {
      await client.query({ ...DELIVERY, values: [session, event.at, event.id, SOURCE, request.url, request.ip, JSON.stringify(request.headers), raw] })
      await client.query({
        ...MESSAGE,
        values: [session, messageId, chat, payload.from, payload.to, payload.body, payload.ack, new Date(payload.timestamp * 1000)],
      })
      const numbered = await client.query({
        ...SESSION,
        values: [session, SOURCE, name, body.me?.id, body.me?.pushName, event.at, '{}', `[${event.at.getTime()},1,1,0,0]`],
      })
      await client.query({
        ...EVENT,
        values: [
          session,
          event.at,
          event.id,
          numbered.rows[0].seq,
          SOURCE,
          event.id,
          new Date(body.timestamp),
          `${body.event}:${body.id}`,
          messageId,
          chat,
          payload.body,
          raw.length,
          JSON.stringify({ from: payload.from, to: payload.to, fromMe: payload.fromMe, ack: payload.ack }),
        ],
      })
    }
    await client.query(COMMIT)
    return claimed.rowCount === 0
  } catch (cause) {
    await client.query('rollback')
    throw cause
  } finally {
    client.release()
  }
}

function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
