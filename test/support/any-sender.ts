import { loadConfig } from '../../src/config'
import { readBody } from '../../src/domain/body'
import { createIngest } from '../../src/ingest/ingest'
import { createBus } from '../../src/live/bus'
import type { SchemeSetting } from '../../src/signing/scheme'
import { type Database, openDatabase } from '../../src/store/database'
import { SourceBook } from '../../src/store/source-book'
import { createSource, type Source } from '../../src/store/sources'
import { Vault } from '../../src/store/vault'
import { createMetrics } from '../../src/telemetry/metrics'
import { BodyReader } from '../../src/web/body'
import { WebhookLimits } from '../../src/web/webhook-limits'
import { webhooks } from '../../src/web/webhooks'
import type { Recording } from '../providers/samples'

/**
 * The real doors for recorded deliveries of any sender: what a source expects is set before each.
 * @param database the write path's, which may be away; `directUrl` always answers.
 */
export async function openAnySender(database: Database, directUrl: string, own: string, env: Record<string, string> = {}) {
  const direct = await openDatabase(directUrl, { write: 1, read: 1 })
  const vault = new Vault(new Uint8Array(32))
  await createSource(direct.write, vault, { slug: 'plain', label: 'x', provider: 'auto' }, Date.now(), own)
  const sources = await SourceBook.load(direct.write, vault, Date.now)
  const bus = await createBus(direct.bus)
  const failures: unknown[] = []
  const failed = (cause: unknown) => void failures.push(cause)
  const config = loadConfig(env)
  const ingest = createIngest({ config, database, sources, vault, metrics: createMetrics(), bus, failed })
  let source: Source
  const doors = webhooks({
    ...ingest.receiving,
    findSource: () => source,
    bodies: new BodyReader({ each: 16 << 20, together: 64 << 20 }),
    limits: new WebhookLimits(config.rateLimits),
    clientAddress: () => '192.0.2.1',
    answered() {},
    failed,
  })
  return {
    ingest,
    failures,
    direct,
    /** The source as an operator might have set it: this one secret, these schemes. */
    setSource(secret: string, schemes: SchemeSetting[] | null): void {
      const plain = sources.find('plain') as Source
      source = { ...plain, schemes, secrets: plain.secrets.map((one) => ({ ...one, value: secret })) }
    },
    async post(path: string, body: Uint8Array | string, headers: Record<string, string>): Promise<number> {
      const init = { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers }
      const response = await doors.handle(new Request(`http://localhost/api/whatsapp/${path}`, init))
      await response.text()
      return response.status
    },
    async close(): Promise<void> {
      await ingest.close()
      await bus.close()
      await sources.close()
      await direct.close()
    },
  }
}

/** Names under which senders tell secrets, in whatever spelling. Written down here once more: the code's own list is what is tried. */
const TELLING =
  /^(?:(?:x-?|global|instance|rest)?api-?_?key|.*token|.*secret|.*password|media-?_?key|licen[sc]e-?_?key|jwt_?key|(?:proxy-?)?authorization|(?:set-)?cookie|sessiondata)$/i

/** What in a recorded delivery must never come to rest. */
export function secretsOf(sample: Recording): string[] {
  const read = readBody(sample)
  const found = [...planted(sample.headers), ...(read.ok ? planted(read.value) : []), ...(sample.meta.secret ? [sample.meta.secret] : [])]
  // A short one, such as GOWA's "secret", is found in any text.
  return found.map((one) => one.replace(/^(?:bearer|basic) /i, '')).filter((one) => one.length >= 8)
}

/** Those of the secrets that a text holds, plainly or as JSON writes them. */
export function foundIn(text: string, secrets: Map<string, string>): [secret: string, sample: string][] {
  return [...secrets].filter(([secret]) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
}

/** The texts in a value that stand under a telling name, also in JSON inside of texts. */
function planted(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    if (/^\s*[[{]/.test(value)) {
      try {
        return planted(JSON.parse(value), name)
      } catch {}
    }
    return TELLING.test(name) && value.length >= 6 ? [value] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => planted(inner, Array.isArray(value) ? name : key))
}
