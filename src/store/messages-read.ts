import type { Sql } from 'postgres'
import type { MessageRecord } from '../domain/records'
import { isBehind, micros, ms, type Page, Parameters, placeOf, toPage } from './page'

/** The messages of one session, latest sent first, each with the reactions that stand. */
export async function listMessages(sql: Sql, sessionId: string, options: { limit: number; cursor?: string | null }): Promise<Page<MessageRecord>> {
  const parameters = new Parameters()
  const conditions = [`m.session_id = ${parameters.add(sessionId)}`]
  if (options.cursor) conditions.push(isBehind(parameters, options.cursor, 'm.sent_at', 'm.id', 'text'))
  const rows = await sql.unsafe<MessageRow[]>(
    `${SELECT} where ${conditions.join(' and ')} order by m.sent_at desc, m.id desc limit ${parameters.add(options.limit + 1)}`,
    parameters.values,
    { prepare: true },
  )
  return toPage(rows, options.limit, placeOf, toMessage)
}

interface MessageRow extends Omit<MessageRecord, 'fromMe' | 'media' | 'reactions'> {
  fromMe: boolean | null
  media: string | null
  reactions: MessageRecord['reactions'] | null
  micros: number
}

const SELECT = `
select m.id, m.chat, m.sender as "from", m.recipient as "to", m.author, m.from_me as "fromMe", m.kind, m.text, m.media, m.ack,
  ${ms('m.sent_at')} as "sentAt", ${ms('m.delivered_at')} as "deliveredAt", ${ms('m.read_at')} as "readAt", ${ms('m.edited_at')} as "editedAt",
  ${ms('m.revoked_at')} as "revokedAt", ${micros('m.sent_at')} as micros,
  (select json_agg(json_build_object('text', r.text, 'sender', r.sender) order by r.at, r.sender) from reactions r
    where r.session_id = m.session_id and r.message_id = m.id and r.text <> '') as reactions
from messages m`

function toMessage({ micros: _, ...row }: MessageRow): MessageRecord {
  return { ...row, fromMe: row.fromMe === true, media: readMedia(row.media), reactions: row.reactions ?? [] }
}

function readMedia(text: string | null): MessageRecord['media'] {
  if (text === null) return null
  const { mimetype, filename, bytes, url, error } = JSON.parse(text) as NonNullable<MessageRecord['media']>
  return {
    ...(mimetype !== undefined && { mimetype }),
    ...(filename !== undefined && { filename }),
    ...(bytes !== undefined && { bytes }),
    ...(url !== undefined && { url }),
    ...(error !== undefined && { error }),
  }
}
