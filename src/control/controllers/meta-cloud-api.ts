/**
 * Meta's Graph API. Errors are `{error: {message, code, error_subcode}}`; the code says what it is, the HTTP status hardly (often 400).
 * Read in Meta's documentation; nobody has run it against Meta.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { text } from '../../providers/read'
import { jsonOf, read } from '../answer'
import type { Api } from '../client'
import type { Answer, Controller, Listed } from '../controller'
import { failed, type Told, told } from '../told'

const PhoneNumber = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    status: Type.Optional(Type.Unknown()),
    display_phone_number: Type.Optional(Type.Unknown()),
    verified_name: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
)
const One = Compile(PhoneNumber)
const Page = Compile(
  Type.Object(
    {
      data: Type.Array(PhoneNumber),
      paging: Type.Optional(
        Type.Object(
          { next: Type.Optional(Type.Unknown()), cursors: Type.Optional(Type.Object({ after: Type.Optional(Type.String()) }, { additionalProperties: true })) },
          { additionalProperties: true },
        ),
      ),
    },
    { additionalProperties: true },
  ),
)

const FIELDS = 'fields=id,status,display_phone_number,verified_name'
const AT_ONCE = 100
/** An account has some dozens of numbers; whoever has more than this imports them by their traffic. */
const MOST_PAGES = 20

/**
 * What a number's own status means. Meta's words for limits (FLAGGED, RESTRICTED, RATE_LIMITED) leave it able to answer, so they move
 * nothing; neither does what is not known yet (PENDING, UNVERIFIED, UNKNOWN).
 */
const STATES = new Map<string, Answer>([
  ['CONNECTED', { status: 'connected' }],
  ['BANNED', { status: 'disconnected', reason: 'banned', detail: 'BANNED' }],
  ['DISCONNECTED', { status: 'disconnected', reason: 'unknown', detail: 'DISCONNECTED' }],
  ['OFFLINE', { status: 'disconnected', reason: 'network', detail: 'OFFLINE' }],
  ['DELETED', { status: 'disconnected', reason: 'logged_out', detail: 'DELETED' }],
  ['MIGRATED', { status: 'disconnected', reason: 'logged_out', detail: 'MIGRATED' }],
])

function answerOf({ status, display_phone_number, verified_name }: Static<typeof PhoneNumber>): Answer {
  const word = text(status, 60)
  const answer = word === undefined ? {} : (STATES.get(word) ?? { detail: word })
  const digits = text(display_phone_number, 60)?.replace(/\D/g, '')
  if (answer.status !== 'connected' || !digits) return answer
  const name = text(verified_name)
  return { ...answer, account: name === undefined ? { id: digits } : { id: digits, name } }
}

/** `<business account>:<token>`; Meta's tokens hold no colon. */
function parted(key: string): { account: string | null; token: string } {
  const [, account, token] = /^(\d+):(.+)$/s.exec(key) ?? []
  return account === undefined || token === undefined ? { account: null, token: key } : { account, token }
}

async function get<T extends TSchema>(api: Api, path: string, shape: Validator<Record<never, TSchema>, T>): Promise<Told<Static<T>>> {
  const sent = await api.send({ method: 'GET', path })
  if (!sent.ok) return sent
  return refusalOf(jsonOf(sent.value)) ?? read(api, sent.value, shape)
}

const KEY_REFUSED = failed('key', 'The sender refuses the key: the access token is wrong or has expired')
const NOT_ALLOWED = failed('key', 'The access token may not ask for this: it needs the permission whatsapp_business_management for this account')

/** Meta's codes that mean something to an operator; undefined for any other answer. Its words may repeat the token, so they are not. */
function refusalOf(body: unknown): ReturnType<typeof failed> | undefined {
  const error = (body as { error?: { code?: unknown; error_subcode?: unknown } } | null | undefined)?.error
  const code = typeof error?.code === 'number' ? error.code : -1
  if (code === 190 || code === 102) return KEY_REFUSED
  if (code === 3 || code === 10 || (code >= 200 && code < 300)) return NOT_ALLOWED
  if (code === 803 || (code === 100 && error?.error_subcode === 33)) return failed('missing', 'Meta knows no such id, or not under this access token')
  if (code === 4 || code === 17 || code === 32 || code === 613 || (code >= 80000 && code < 80100)) return failed('refused', 'Meta has had too many requests')
  return undefined
}

export const metaCloudApi: Controller = {
  id: 'meta-cloud-api',
  label: 'WhatsApp Cloud API (Meta)',
  key: {
    label: 'Access token',
    hint: 'access token of a system user; before it the id of the business account and a colon, to list its numbers. Base URL: https://graph.facebook.com/v24.0',
    required: true,
  },
  authorise: (key) => ({ authorization: `Bearer ${parted(key).token}` }),
  sessionName: { pattern: /^\d{5,25}$/, words: 'the id of a phone number' },
  async status(api, session): Promise<Told<Answer>> {
    const answered = await get(api, `/${encodeURIComponent(session)}?${FIELDS}`, One)
    return answered.ok ? told(answerOf(answered.value)) : answered
  },
  /** Follows Meta's cursors, not its links: those hold the token. */
  async list(api) {
    const { account } = parted(api.key)
    if (account === null) return failed('key', 'To list numbers Meta needs the business account: enter the key anew, as <business account id>:<access token>')
    const listed: Listed[] = []
    for (let page = 0, after = ''; page < MOST_PAGES; page++) {
      const answered = await get(api, `/${account}/phone_numbers?${FIELDS}&limit=${AT_ONCE}${after && `&after=${encodeURIComponent(after)}`}`, Page)
      if (!answered.ok) return answered
      const { data, paging } = answered.value
      listed.push(...data.map((number) => ({ name: number.id, answer: answerOf(number) })))
      after = paging?.next === undefined ? '' : (paging.cursors?.after ?? '')
      if (after === '') break
    }
    return told(listed)
  },
  notes: {
    status: 'Nothing is posted while a number is silent: Linekeeper asks before it calls one stale. FLAGGED, RESTRICTED and RATE_LIMITED leave it connected',
    list: 'Phone numbers of the business account that the key names; sessions are called by the ids of their numbers',
  },
}
