import { expect, test } from 'bun:test'
import type { Committed, Committer } from '../../src/ingest/commit'
import { type Job, Lane, type LaneHooks } from '../../src/ingest/lane'
import { entry, message } from '../support/entries'
import { until } from '../support/until'

const LIMITS = { batchEntries: 4, batchBytes: 1e6, ahead: 2, aheadEntries: 2 }

interface Sent {
  size: number
  answer: PromiseWithResolvers<Committed>
}

/** A committer whose answers the test gives. */
function laneUnderTest(maySendAhead = () => true) {
  const sent: Sent[] = []
  const story: string[] = []
  const committer = {
    ahead(entries: unknown[]) {
      if (!maySendAhead()) return undefined
      const answer = Promise.withResolvers<Committed>()
      sent.push({ size: entries.length, answer })
      return answer.promise
    },
  } as unknown as Committer
  const names = (jobs: Job[]) => jobs.map((job) => job.entry.events[0]?.decoded.message?.id).join('')
  const hooks: LaneHooks = {
    gate: () => 'send',
    divert() {},
    committed: (jobs) => void story.push(`committed ${names(jobs)}`),
    async alone(jobs) {
      story.push(`alone ${names(jobs)}`)
      await Bun.sleep(1)
      story.push(`done ${names(jobs)}`)
    },
    async failed(jobs, cause) {
      story.push(`failed ${names(jobs)}: ${cause}`)
      await Bun.sleep(1)
      story.push(`made good ${names(jobs)}`)
    },
  }
  const lane = new Lane(committer, LIMITS, hooks)
  const push = (ids: string) => {
    for (const id of ids) lane.push({ entry: entry('lane', [message('message.received', id)]), bytes: 10, resolve() {}, reject() {} })
  }
  return { sent, story, push }
}

const COMMITTED = {} as Committed
const turn = () => new Promise<void>((done) => setImmediate(done))

test('what arrives in one turn is one batch; the next goes ahead of the answer, a third does not', async () => {
  const { sent, story, push } = laneUnderTest()
  push('ab')
  await turn()
  push('cde')
  await turn()
  push('fg')
  await turn()
  expect(sent.map((one) => one.size)).toEqual([2, 3])
  sent[0]?.answer.resolve(COMMITTED)
  await until(() => sent.length === 3, 'the next batch')
  sent[1]?.answer.resolve(COMMITTED)
  sent[2]?.answer.resolve(COMMITTED)
  await until(() => story.length === 3, 'the end of the story')
  expect(story).toEqual(['committed ab', 'committed cde', 'committed fg'])
})

test('too few to be worth a batch of their own wait for the answer', async () => {
  const { sent, push } = laneUnderTest()
  push('a')
  await turn()
  push('b')
  await turn()
  expect(sent).toHaveLength(1)
  sent[0]?.answer.resolve(COMMITTED)
  await until(() => sent.length === 2, 'the next batch')
})

test('after a failure all that is under way is answered, then made good in order, before anything is sent', async () => {
  const { sent, story, push } = laneUnderTest()
  push('ab')
  await turn()
  push('cd')
  await turn()
  push('ef')
  sent[0]?.answer.reject('lost')
  await turn()
  expect([story, sent.length]).toEqual([[], 2])
  sent[1]?.answer.reject('overtaken')
  await until(() => sent.length === 3, 'the next batch')
  expect(story).toEqual(['failed ab: lost', 'made good ab', 'failed cd: overtaken', 'made good cd'])
})

test('a batch that must be alone waits for those under way, and the others for it', async () => {
  let alone = false
  const { sent, story, push } = laneUnderTest(() => !alone)
  push('ab')
  await turn()
  alone = true
  push('cd')
  await turn()
  alone = false
  push('ef')
  await turn()
  expect(story).toEqual([])
  sent[0]?.answer.resolve(COMMITTED)
  await until(() => sent.length === 2, 'the next batch')
  expect(story).toEqual(['committed ab', 'alone cd', 'done cd'])
  sent[1]?.answer.resolve(COMMITTED)
  await until(() => story.includes('committed ef'), 'the end of the story')
})
