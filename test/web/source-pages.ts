/** The pages of the sources, and what is done on them, by whichever role. */
import type { Role } from '../../src/store/operators'
import { logInAll, openSite, postForm } from './support'

export const SECRET = 'the first secret of these tests'

export async function openSourcePages() {
  const site = await openSite({ WEBHOOK_SECRET: SECRET })
  const cookies = await logInAll(site)
  const page = async (path: string, role: Role = 'admin') => (await site.fetch(path, { headers: { cookie: cookies[role] } })).text()
  const post = (path: string, fields: Record<string, string>, role: Role = 'admin') => postForm(site, path, fields, { cookie: cookies[role] })
  const add = (fields: Record<string, string>) => post('/connect', { provider: 'waha', label: 'A WAHA', slug: 'waha', owner: '', proof: 'own', ...fields })
  return { site, cookies, page, post, add }
}
