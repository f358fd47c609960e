/** Controllers at work on their stand-ins, and what they were told. */
import { linkTo } from '../../src/control/book'
import type { Controller } from '../../src/control/controller'
import type { Told } from '../../src/control/told'
import type { StandIn } from './stand-ins/stand-in'

export const CODE = '2@AbCdEf123,ghiJKL456,mnoPQR789,1'

export const link = (controller: Controller, server: StandIn, key: string | null) =>
  linkTo({ sourceId: '', source: '' }, controller, { baseUrl: server.url, key })

/** @throws when it worked. */
export async function failure(told: Promise<Told<unknown>> | undefined) {
  const answer = await told
  if (!answer || answer.ok) throw new Error('it did work')
  return answer.failure
}

/** @throws when it failed, or is not offered at all. */
export async function value<T>(told: Promise<Told<T>> | undefined): Promise<T> {
  const answer = await told
  if (!answer?.ok) throw new Error(answer ? answer.failure.message : 'not offered')
  return answer.value
}
