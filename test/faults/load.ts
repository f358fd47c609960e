import { wwebjsDelivery, wwebjsMessage } from '../../src/tasks/simulate/wwebjs'
import { SECRET, type TestServer } from '../support/server'

export interface Acknowledged {
  id: string
  session: string
  /** Counts up within its session. */
  nth: number
}

export interface Load {
  acknowledged: Acknowledged[]
  /** How often each status was answered; 0 for no answer. */
  statuses: Map<number, number>
  /** Longest time until an answer, in milliseconds. */
  slowestMs: number
  /** Resolves when so many more were acknowledged. */
  more(count: number): Promise<void>
  stop(): Promise<void>
}

/**
 * Senders that post one delivery after the other, each for a session of its own, so that the order in which they were answered is
 * the order in which they must be found. Every third has no identity (`ready`), and each of those counts.
 */
export function startLoad(post: TestServer['post'], senders: number, pauseMs = 2): Load {
  const nonce = Bun.randomUUIDv7().slice(-6).toUpperCase()
  const load = { acknowledged: [] as Acknowledged[], statuses: new Map<number, number>(), slowestMs: 0 }
  let isRunning = true
  const send = async (sender: number) => {
    const session = `load-${nonce}-${sender}`
    for (let nth = 0; isRunning; nth++) {
      const delivery =
        nth % 3 === 0 ? wwebjsDelivery(SECRET, session, 'ready') : wwebjsDelivery(SECRET, session, 'message', { message: message(`${nonce}${sender}X${nth}`) })
      const startedAt = performance.now()
      const answer = await post(delivery).catch(() => undefined)
      load.slowestMs = Math.max(load.slowestMs, performance.now() - startedAt)
      const status = answer?.status ?? 0
      load.statuses.set(status, (load.statuses.get(status) ?? 0) + 1)
      const body = (await answer?.json().catch(() => undefined)) as { id: string } | undefined
      if (status === 200 && body) load.acknowledged.push({ id: body.id, session, nth })
      else await Bun.sleep(50)
      await Bun.sleep(pauseMs)
    }
  }
  const running = Array.from({ length: senders }, (_, sender) => send(sender))
  return Object.assign(load, {
    async more(count: number) {
      const wanted = load.acknowledged.length + count
      while (load.acknowledged.length < wanted) await Bun.sleep(5)
    },
    async stop() {
      isRunning = false
      await Promise.all(running)
    },
  })
}

function message(id: string) {
  return wwebjsMessage({ id, chat: '5511900000000@c.us', fromMe: false, name: 'Ana', text: id, at: Date.now() }, '5511999999999@c.us')
}
