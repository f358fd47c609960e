import { expect } from 'bun:test'
import { metaDialect } from '../../../src/tasks/simulate/meta'
import { SECRET } from '../../support/desk'
import type { Word } from '../../support/recorded'
import type { Life, Post, Scene } from './life'

/** Meta counts in whole seconds, so that two things within one have no order: here a quarter of a minute passes between them. */
let clock = Math.floor(Date.now() / 1000) - 300
const now = () => String((clock += 15))
const account = (sample: string): Post => [`account_update.${sample}`, ['1787409000', now()]]
const told = (status: string, recorded: string): Post => [`statuses.${status}`, [recorded, now()]]
const ofAnother: Word = ['wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQUFERjg0NDEzNDdFODU31000AA==', 'wamid.ANOTHER']

/** No code and no connection: a number works by its messages, until Meta says something of the account. */
export const metaLife: Life = {
  dialect: metaDialect,
  /** The callback of a number of its own, by a name of the operator's. */
  session: 'loja_1',
  buttons: [],
  async appears(scene) {
    await shakesHands(scene)
    await scene.posts(['messages.text', ofAnother, ['1787409000', now()]])
  },
  receives: (scene) => scene.posts(['messages.text', ['1787409000', now()]]),
  ticks: [
    ['sent', (scene) => scene.posts(told('sent', '1787409050'))],
    ['delivered', (scene) => scene.posts(told('delivered', '1787409052'))],
    ['read', (scene) => scene.posts(told('read', '1787409090'))],
  ],
  flap: {
    drops: (scene) => scene.posts(account('DISABLED_UPDATE')),
    returns: (scene) => scene.posts(account('REINSTATE')),
    away: 'Disconnected',
    why: 'banned by WhatsApp',
  },
  unlinked: (scene) => scene.posts(account('ACCOUNT_DELETED')),
  besides: {
    'has numbers that are sessions of their own behind one callback, beside the account with its news': async (scene) => {
      const list = await scene.desk.page.context().newPage()
      await list.goto(scene.url)
      await list.locator('#live-state[data-state=on]').waitFor()
      const row = (name: string) => list.locator('li.row').filter({ has: list.getByRole('link', { name, exact: true }) })
      await scene.postsToSource(['messages.text', ['1787409000', now()]])
      await scene.postsToSource(['messages.text', ofAnother, ['106540352242922', '106540352242923'], ['1787409000', now()]])
      await scene.postsToSource(account('DISABLED_UPDATE'))
      for (const number of ['106540352242922', '106540352242923']) await row(number).getByText('Connected', { exact: true }).waitFor()
      await row('102290129340398').getByText('banned by WhatsApp').waitFor()
      await list.close()
    },
  },
}

/** Meta asks before it posts anything. */
async function shakesHands({ url }: Scene): Promise<void> {
  const { path, expected } = await Bun.file(`${import.meta.dir}/../../fixtures/meta-cloud-api/others/verify.get.json`).json()
  const query = new URLSearchParams(path.slice(path.indexOf('?')))
  query.set('hub.verify_token', SECRET)
  const answer = await fetch(`${url}/api/whatsapp/meta-cloud-api/webhook/loja_1?${query}`)
  expect([answer.status, await answer.text()]).toEqual([expected.status, expected.body])
}
