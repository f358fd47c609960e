import type { Sql } from 'postgres'
import { AppError } from '../domain/error'
import { type KeptFilter, listKeptDeliveries } from '../store/replays'
import type { DecodeAgain } from './decode-again'

/** What became of many deliveries that were decoded again. */
export interface Replayed {
  deliveries: number
  /** Those that had something new to say, and how many events that made. */
  added: number
  events: number
  unchanged: number
  undecoded: number
  /** They arrived before what the ledger still keeps, or retention dropped them meanwhile. */
  expired: number
}

/**
 * Decodes every kept delivery that matches again, one after the other in the order of their arrival: the sessions are told in order.
 * What the ledger has is not told twice, so it may be cut off and begun anew.
 */
export async function replay(sql: Sql, decodeAgain: DecodeAgain, filter: KeptFilter, told: (sum: Replayed) => void = () => {}): Promise<Replayed> {
  const sum: Replayed = { deliveries: 0, added: 0, events: 0, unchanged: 0, undecoded: 0, expired: 0 }
  for await (const kept of listKeptDeliveries(sql, filter)) {
    const decoded = await decodeAgain.kept(kept).catch(droppedMeanwhile)
    sum.deliveries++
    sum[decoded.outcome]++
    if (decoded.outcome === 'added') sum.events += decoded.events
    told(sum)
  }
  return sum
}

function droppedMeanwhile(cause: unknown): { outcome: 'expired' } {
  if (cause instanceof AppError && cause.code === 'gone') return { outcome: 'expired' }
  throw cause
}
