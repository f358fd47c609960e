/**
 * What the peers have in common: the proof, and one transaction per delivery with named prepared statements. Takes a pool of
 * node-postgres; runs on Node and on Bun.
 */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

const SOURCE = '11111111-1111-4111-8111-111111111111'
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

export function isProved(secret, given, raw) {
  const expected = createHmac('sha256', secret).update(raw).digest()
  const signature = Buffer.from(String(given ?? '').replace(/^sha256=/, ''), 'hex')
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

/**
 * Keeps one delivery in the tables of Linekeeper, in one transaction; `about` is `{url, ip, headers}` of its request.
 * @returns whether it was known already.
 */
export async function store(pool, name, body, raw, about) {
  const session = uuidOf(`${SOURCE}/${name}`)
  const event = { id: randomUUID(), at: new Date() }
  const { payload } = body
  const [, chat, messageId] = payload.id.split('_')
  const client = await pool.connect()
  try {
    await client.query(BEGIN)
    const claimed = await client.query({ ...CLAIM, values: [session, uuidOf(`${body.event}:${body.id}`), event.id] })
    if (claimed.rowCount > 0) {
      await client.query({ ...DELIVERY, values: [session, event.at, event.id, SOURCE, about.url, about.ip, JSON.stringify(about.headers), raw] })
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
