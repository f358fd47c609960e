import type { Sql } from 'postgres'
import type { MessageRecord } from '../domain/records'
import { microInstant, micros, ms, type Page, readPlace, toPage, writeCursor } from './page'

/** The messages of one session, latest sent first, each with the reactions that stand. */
export async function listMessages(sql: Sql, sessionId: string, options: { limit: number; cursor?: string | null }): Promise<Page<MessageRecord>> {
  const place = options.cursor ? readPlace(options.cursor, () => true) : null
  const after = place ? `and (m.sent_at, m.id) < (${microInstant('$3')}, $4::text)` : ''
  const rows = await sql.unsafe<MessageRow[]>(
    `${SELECT} where m.session_id = $1 ${after} order by m.sent_at desc, m.id desc limit $2`,
    place ? [sessionId, options.limit + 1, place.micros, place.id] : [sessionId, options.limit + 1],
    { prepare: true },
  )
  return toPage(rows, options.limit, (row) => writeCursor(row.micros, row.id), toMessage)
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
