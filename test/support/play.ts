import { type Sender, unless2xx } from './senders'

export interface Played {
  /** The answers, in order. */
  statuses: number[]
  /** Is the sender through with it, and did it get a 2xx? */
  end: 'delivered' | 'given up'
}

/**
 * Posts one delivery as its sender does, attempt after attempt.
 * @param post one attempt; told how long after the first one it comes.
 * @param pass lets this much time pass before the next.
 */
export async function play(sender: Sender, post: (attempt: number) => Promise<number>, pass: (ms: number) => Promise<void> | void): Promise<Played> {
  const statuses: number[] = []
  for (let attempt = 0; ; attempt++) {
    const status = await post(attempt)
    statuses.push(status)
    if (!unless2xx(status) && !sender.repeatsAfter(status)) return { statuses, end: 'delivered' }
    const delay = sender.delays[attempt]
    if (delay === undefined || !sender.repeatsAfter(status)) return { statuses, end: 'given up' }
    await pass(delay)
  }
}
