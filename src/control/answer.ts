/** Reads what a sender answered: validated, or refused in words. */
import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import type { Api, ApiRequest, Reply } from './client'
import { failed, type Told, told } from './told'

type Check<T extends TSchema> = Validator<Record<never, TSchema>, T>

export interface Reading {
  /** Statuses beyond 2xx whose body is an answer too. */
  also?: readonly number[]
}

/** Asks, and takes only an answer of this shape. */
export async function ask<T extends TSchema>(api: Api, request: ApiRequest, shape: Check<T>, { also = [] }: Reading = {}): Promise<Told<Static<T>>> {
  const sent = await api.send(request)
  if (!sent.ok) return sent
  return read(api, sent.value, shape, { also })
}

/** The same for an answer that is there already. */
export function read<T extends TSchema>(api: Api, reply: Reply, shape: Check<T>, { also = [] }: Reading = {}): Told<Static<T>> {
  const isAnswer = (reply.status >= 200 && reply.status < 300) || also.includes(reply.status)
  const body = jsonOf(reply)
  if (!isAnswer) return refusal(api, reply, body)
  if (body === undefined) return failed('confused', notJson(reply))
  return shape.Check(body)
    ? told(body as Static<T>)
    : failed('confused', 'The sender answered with something that its API never says: is it the sender that was chosen?')
}

/** An answer that is not one, in words. */
export function refusal(api: Api, reply: Reply, body = jsonOf(reply)): ReturnType<typeof failed> {
  const { status } = reply
  const words = saidIn(body)
  const said = words === undefined ? '' : `: “${api.quote(words)}”`
  if (status === 401 || status === 403) return failed('key', `The sender refuses the key (HTTP ${status})`)
  if (body === undefined && isHtml(reply)) return failed('confused', notJson(reply))
  if (status === 404)
    return failed(
      'missing',
      words === undefined ? 'The sender knows neither this session nor this call (HTTP 404)' : `The sender does not know it (HTTP 404)${said}`,
    )
  if (status === 429) return failed('refused', `The sender has had too many requests (HTTP 429)${said}`)
  return failed('refused', `The sender ${status >= 500 ? 'failed' : 'refuses it'} (HTTP ${status})${said}`)
}

/** HTTP 200, and yet no. */
export function refusedWith(api: Api, words: string | undefined): ReturnType<typeof failed> {
  return failed('refused', words === undefined ? 'The sender says that it did not work, and not why' : `The sender refuses it: “${api.quote(words)}”`)
}

export function jsonOf({ body }: Reply): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The message of an error, wherever senders put it: `error`, `message`, `response.message`; a text or a list of them. */
export function saidIn(body: unknown): string | undefined {
  if (typeof body === 'string') return body === '' ? undefined : body
  if (Array.isArray(body)) return body.map(saidIn).find((words) => words !== undefined)
  if (typeof body !== 'object' || body === null) return undefined
  const { response, message, error, details } = body as Record<string, unknown>
  return saidIn(response) ?? saidIn(message) ?? saidIn(error) ?? saidIn(details)
}

function notJson(reply: Reply): string {
  if (isHtml(reply)) return `A web page answered (HTTP ${reply.status}), not the API: is the base URL right?`
  return `The sender answered (HTTP ${reply.status}) with something that is not JSON: is the base URL right?`
}

function isHtml({ type, body }: Reply): boolean {
  return type === 'text/html' || /^\s*<(?:!doctype|html)/i.test(new TextDecoder().decode(body.subarray(0, 100)))
}
