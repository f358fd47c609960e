import { AppError } from '../../domain/error'
import { STREAM_HEADERS } from '../../live/sse'
import type { Context } from '../gate'

/**
 * Answers with a stream. Bun would cut a quiet one after its idle time-out: this connection has none, the heartbeat finds
 * dead peers instead.
 * @throws AppError `not_found` when there is no such topic.
 */
export function streamResponse(
  context: Pick<Context, 'request' | 'server'>,
  open: (lastEventId: string | null) => ReadableStream<Uint8Array> | undefined,
): Response {
  const stream = open(context.request.headers.get('last-event-id'))
  if (!stream) throw new AppError('not_found', 'There is no such topic: sessions, events, sources, session:<id> and source:<id> are')
  context.server?.timeout(context.request, 0)
  return new Response(stream, { headers: STREAM_HEADERS })
}
