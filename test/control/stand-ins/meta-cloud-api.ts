/** The two reads of Meta's Graph API that concern phone numbers. */
import { json, type StandIn, standIn } from './stand-in'

export const META_ACCOUNT = '102290129340398'
export const META_TOKEN = 'EAAJB-token-of-the-system-user'

export interface MetaNumber {
  id: string
  status?: string
  display_phone_number?: string
  verified_name?: string
}

const refused = (status: number, code: number, message: string, subcode?: number) =>
  json({ error: { message, type: 'OAuthException', code, ...(subcode !== undefined && { error_subcode: subcode }), fbtrace_id: 'AbCdEf' } }, status)

/** @param pageSize how many numbers it gives at once, whatever is asked for. */
export function metaStandIn(pageSize = 100): StandIn & { numbers: Map<string, MetaNumber> } {
  const numbers = new Map<string, MetaNumber>()
  const server = standIn(({ method, path, headers }, [id = '', edge]) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
    if (token !== META_TOKEN) return refused(401, 190, `Malformed access token ${token}`)
    if (method !== 'GET') return refused(400, 100, 'Unsupported request')
    const { searchParams } = new URL(path, 'http://localhost')
    if (id === META_ACCOUNT && edge === 'phone_numbers') {
      const from = Number(searchParams.get('after') ?? 0)
      const data = [...numbers.values()].slice(from, from + pageSize)
      const after = String(from + pageSize)
      const next = from + pageSize < numbers.size ? { next: `https://graph.facebook.com/v24.0/${id}/phone_numbers?access_token=${token}&after=${after}` } : {}
      return json({ data, paging: { cursors: { before: '0', after }, ...next } })
    }
    const number = numbers.get(id)
    if (edge !== undefined || !number) return refused(400, 100, `Unsupported get request. Object with ID '${id}' does not exist`, 33)
    return json(number)
  })
  return { ...server, numbers }
}
