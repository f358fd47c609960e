import type { Instant } from '../domain/event'
import type { SessionTarget } from '../store/session-targets'
import type { Link } from './book'
import type { Answer } from './controller'
import { failed, type Told, told } from './told'

/** What a sender says of one session, and when it was asked. */
export interface Inquiry {
  askedAt: Instant
  answer: Answer
}

/** Asks for the status, and for the code of a session that waits for a scan where the status does not hold it. */
export async function inquire({ controller, api }: Link, target: Pick<SessionTarget, 'name'>, now: () => Instant): Promise<Told<Inquiry>> {
  const askedAt = now()
  if (!controller.status) return failed('refused', `${controller.label} tells no states`)
  const status = await controller.status(api, target.name)
  if (!status.ok) return status
  if (status.value.status !== 'qr' || status.value.qr !== undefined || !controller.qr) return told({ askedAt, answer: status.value })
  const code = await controller.qr(api, target.name)
  return told({ askedAt, answer: code.ok && code.value !== null ? { ...status.value, qr: code.value } : status.value })
}

/** The same, but not for longer than this. */
export function inquireWithin(link: Link, target: Pick<SessionTarget, 'name'>, now: () => Instant, ms: number): Promise<Told<Inquiry>> {
  let timer: Timer | undefined
  const late = new Promise<Told<Inquiry>>((resolve) => {
    timer = setTimeout(() => resolve(failed('timeout', 'The sender did not answer in time')), ms)
  })
  return Promise.race([inquire(link, target, now), late]).finally(() => clearTimeout(timer))
}
