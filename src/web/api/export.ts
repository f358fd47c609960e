import type { Sql } from 'postgres'
import type { EventRecord } from '../../domain/records'
import { type EventQuery, searchEvents } from '../../store/events-read'
import { eventJson } from './shapes'

const PAGE = 500
const COLUMNS = [
  'id',
  'receivedAt',
  'source',
  'session',
  'seq',
  'type',
  'providerType',
  'occurredAt',
  'messageId',
  'chat',
  'text',
  'bodySize',
  'facts',
] as const
const utf8 = new TextEncoder()

/** Everything that matches, page by page as fast as the client takes it: nothing is collected. */
export function exportEvents(sql: Sql, query: EventQuery, format: 'ndjson' | 'csv'): Response {
  let cursor: string | null = query.cursor ?? null
  let isFirst = true
  const lineOf = format === 'ndjson' ? (event: EventRecord) => `${JSON.stringify(eventJson(event))}\n` : csvLine
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await searchEvents(sql, { ...query, limit: PAGE, cursor })
      const head = isFirst && format === 'csv' ? `${COLUMNS.join(',')}\r\n` : ''
      isFirst = false
      cursor = page.next
      const text = head + page.data.map(lineOf).join('')
      if (text !== '') controller.enqueue(utf8.encode(text))
      if (cursor === null) controller.close()
    },
  })
  const [type, name] = format === 'ndjson' ? ['application/x-ndjson', 'events.ndjson'] : ['text/csv; charset=utf-8', 'events.csv']
  return new Response(body, { headers: { 'content-type': type as string, 'content-disposition': `attachment; filename="${name}"` } })
}

function csvLine(event: EventRecord): string {
  const shown = eventJson(event)
  return `${COLUMNS.map((column) => csvCell(column === 'facts' ? JSON.stringify(shown.facts) : String(shown[column] ?? ''))).join(',')}\r\n`
}

/** Spreadsheets take a cell that starts with one of these (some also the full-width ones) for a formula, quoted or not: an apostrophe makes it text. */
export function csvCell(text: string): string {
  const inert = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
