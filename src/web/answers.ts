/** Answers of the edge. Built by hand: Elysia's html plugin would take any text that starts with `<` for HTML. */

export interface AnswerOptions {
  status?: number
  headers?: Record<string, string>
  /** `Accept-Encoding` of the request: long texts are compressed when it allows that. */
  accepts?: string | null
}

export function html(text: string, options: AnswerOptions = {}): Response {
  return textResponse(text, 'text/html; charset=utf-8', options)
}

export function json(value: unknown, options: AnswerOptions = {}): Response {
  return textResponse(JSON.stringify(value), 'application/json', options)
}

/** 303: whatever the method was, the browser now GETs `location`. */
export function redirect(location: string, cookies: readonly string[] = []): Response {
  return withCookies(new Response(null, { status: 303, headers: { location } }), cookies)
}

export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** Below this a compressed answer saves no packet. */
const WORTH_COMPRESSING = 1_400

function textResponse(text: string, contentType: string, { status = 200, headers = {}, accepts }: AnswerOptions): Response {
  const all: Record<string, string> = { 'content-type': contentType, ...headers }
  if (!accepts || text.length < WORTH_COMPRESSING || !/\bgzip\b/.test(accepts)) return new Response(text, { status, headers: all })
  return new Response(Bun.gzipSync(text, { level: 4, library: 'libdeflate' }), {
    status,
    headers: { ...all, 'content-encoding': 'gzip', vary: 'accept-encoding' },
  })
}
