import { AppError } from '../../domain/error'
import { STREAM_HEADERS } from '../../live/sse'

/**
 * Answers with a stream. The server's idle time-out stays as it is: every heartbeat begins it anew, also in the quietest stream. It is
 * what cuts the connection of a client that takes nothing any more; ending the stream would wait until the client has taken the rest.
 * @throws AppError `not_found` when there is no such topic.
 */
export function streamResponse(request: Request, open: (lastEventId: string | null) => ReadableStream<Uint8Array> | undefined): Response {
  const stream = open(request.headers.get('last-event-id'))
  if (!stream) throw new AppError('not_found', 'There is no such topic: sessions, events, sources, session:<id> and source:<id> are')
  return new Response(stream, { headers: STREAM_HEADERS })
}
