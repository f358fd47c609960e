/** The demo: a dashboard full of believable senders within seconds, which then go on living. */
import { Chance } from './chance'
import { Conversations } from './conversation'
import { castOf, type Role } from './demo-cast'
import { pastOf } from './demo-past'
import type { Happening, SimulatedDelivery } from './happening'
import { qrCode } from './life'

export interface DemoOptions {
  /** The source's secret: each sender signs as it really does. */
  secret: string
  now(): number
  signal: AbortSignal
  sessions?: number
  seed?: number
}

/** Posts one delivery; rejects when it was not kept. */
export type Post = (delivery: SimulatedDelivery) => Promise<unknown>

/** Posts to a source's webhook URL. */
export function postTo(webhookUrl: string): Post {
  return async ({ session, headers, body }) => {
    const response = await fetch(`${webhookUrl}/${encodeURIComponent(session)}`, { method: 'POST', headers, body, redirect: 'manual' })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`The demo's delivery for ${session} was answered ${response.status}`)
  }
}

/**
 * Fills the dashboard, then lets it live until `signal`. Resolves once it is filled: `living` resolves after the signal.
 */
export async function playDemo(post: Post, options: DemoOptions): Promise<{ sessions: number; living: Promise<void> }> {
  const chance = new Chance(options.seed ?? 46)
  const roles = castOf(options.sessions ?? 46, chance)
  const stage = new Stage(post, options, new Chance(chance.int(0, 2 ** 31)))
  await Promise.all(roles.map((role) => tellPast(stage, role, new Chance(chance.int(0, 2 ** 31)), options)))
  const living = Promise.all(roles.map((role) => live(stage, role, new Chance(chance.int(0, 2 ** 31)), options))).then(() => {})
  return { sessions: roles.length, living }
}

/**
 * The same cast at one moment, for good: the pasts, and of those who are only about to connect the first they would say.
 * @throws what `post` throws: a delivery that is not kept is no seed.
 */
export async function seedDemo(post: Post, options: Omit<DemoOptions, 'signal'>): Promise<{ sessions: number; deliveries: number }> {
  let deliveries = 0
  const counted: Post = async (delivery) => {
    await post(delivery)
    deliveries++
  }
  const chance = new Chance(options.seed ?? 46)
  const roles = castOf(options.sessions ?? 46, chance)
  const whole = { ...options, signal: new AbortController().signal }
  const stage = new Stage(counted, whole, new Chance(chance.int(0, 2 ** 31)))
  const tellOne = async (role: Role, own: Chance) => {
    await tellPast(stage, role, own, whole)
    if (role.part !== 'scanning' && role.part !== 'loading') return
    for (const happening of futureOf(role, own, whole)().happenings) await stage.tell(role, happening, options.now())
  }
  await Promise.all(roles.map((role) => tellOne(role, new Chance(chance.int(0, 2 ** 31)))))
  return { sessions: roles.length, deliveries }
}

/** In order: a session whose past comes mixed up would have to be folded again and again. */
async function tellPast(stage: Stage, role: Role, chance: Chance, { now, signal }: DemoOptions): Promise<void> {
  const begun = now()
  for (const { minutesAgo, happening } of pastOf(role, chance, begun)) {
    if (signal.aborted) return
    await stage.tell(role, happening, begun - minutesAgo * 60_000)
  }
}

async function live(stage: Stage, role: Role, chance: Chance, options: DemoOptions): Promise<void> {
  const { signal } = options
  const next = futureOf(role, chance, options)
  while (!signal.aborted) {
    const { seconds, happenings } = next()
    await pause(seconds * 1000, signal)
    // A server that is busy or going down must not end the demo of one that comes back.
    for (const happening of happenings) if (!signal.aborted) await stage.tell(role, happening, options.now()).catch(() => {})
  }
}

interface Step {
  seconds: number
  happenings: Happening[]
}

function futureOf({ part, line }: Role, chance: Chance, { now }: DemoOptions): () => Step {
  const conversations = new Conversations(line, chance)
  const chat = (mean: number): Step => ({
    seconds: Math.min(240, chance.wait(mean)),
    happenings: conversations
      .next(now())
      .filter(({ happening }) => happening.kind !== 'media')
      .map(({ happening }) => happening),
  })
  let nth = 0
  switch (part) {
    case 'busy':
      return () => chat(12)
    case 'calm':
      return () => chat(60)
    case 'scanning':
      return () => ({ seconds: nth++ === 0 ? 0 : 20, happenings: [{ kind: 'qr', code: qrCode(chance) }] })
    case 'loading': {
      // A slow phone: it begins again when it is through.
      const percents = [4, 11, 23, 38, 41, 57, 72, 88, 99]
      return () => ({ seconds: nth === 0 ? 0 : 6, happenings: [{ kind: 'loading', percent: percents[nth++ % percents.length] as number }] })
    }
    case 'flapping':
      return () => ({
        seconds: nth++ % 2 === 0 ? chance.between(60, 120) : chance.between(5, 30),
        happenings: [nth % 2 === 1 ? { kind: 'reconnecting' } : { kind: 'connected' }],
      })
    case 'logged_out':
    case 'replaced':
    case 'rejected':
    case 'stopped':
    case 'silent':
      return () => ({ seconds: 3_600, happenings: [] })
  }
}

/** Turns happenings into signed deliveries and posts them. */
class Stage {
  constructor(
    private readonly post: Post,
    private readonly options: DemoOptions,
    private readonly chance: Chance,
  ) {}

  async tell({ line, dialect }: Role, happening: Happening, at: number): Promise<void> {
    const id = () => `01${this.chance.text(24, '0123456789abcdefghjkmnpqrstvwxyz')}`
    for (const body of dialect.tell(line, happening, at, id)) {
      await this.post({ session: line.name, headers: dialect.sign(this.options.secret, body, { id: id(), at, now: this.options.now() }), body })
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
