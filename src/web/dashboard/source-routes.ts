import { Elysia } from 'elysia'
import type { Gate, Handler, MemberVisit } from '../gate'
import { type SourcePagesDeps, showConnect, showSource, showSources } from './sources'
import { addSource, showAddSource } from './sources-add'
import { changeSource, confirmSender, forgetSourceMismatches, removeSource, retireSecret, rotateSecret } from './sources-change'
import { putAwayQuarantined, replayQuarantine, replayQuarantined, showQuarantine, showQuarantined, showRejections } from './sources-kept'

/** Sources for everybody to see; what is secret and what changes them is for admins, what looks at deliveries again for operators. */
export function sourceRoutes(deps: SourcePagesDeps, gate: Gate) {
  const raw = { parse: 'none' } as const
  const to = (handler: (deps: SourcePagesDeps, visit: MemberVisit) => Promise<Response>): Handler<MemberVisit> => {
    return (visit) => handler(deps, visit)
  }
  return new Elysia({ name: 'sources' })
    .get('/sources', gate.as('viewer', to(showSources)))
    .get('/connect', gate.as('admin', to(showAddSource)))
    .post('/connect', gate.as('admin', to(addSource)), raw)
    .get('/sources/:slug', gate.as('viewer', to(showSource)))
    .post('/sources/:slug', gate.as('admin', to(changeSource)), raw)
    .get('/sources/:slug/connect', gate.as('viewer', to(showConnect)))
    .post('/sources/:slug/delete', gate.as('admin', to(removeSource)), raw)
    .post('/sources/:slug/provider', gate.as('admin', to(confirmSender)), raw)
    .post('/sources/:slug/secrets', gate.as('admin', to(rotateSecret)), raw)
    .post('/sources/:slug/secrets/:id/retire', gate.as('admin', to(retireSecret)), raw)
    .post('/sources/:slug/mismatches/forget', gate.as('admin', to(forgetSourceMismatches)), raw)
    .get('/sources/:slug/rejections', gate.as('viewer', to(showRejections)))
    .get('/sources/:slug/quarantine', gate.as('viewer', to(showQuarantine)))
    .post('/sources/:slug/quarantine/replays', gate.as('operator', to(replayQuarantine)), raw)
    .get('/sources/:slug/quarantine/:id', gate.as('viewer', to(showQuarantined)))
    .post('/sources/:slug/quarantine/:id/replays', gate.as('operator', to(replayQuarantined)), raw)
    .post('/sources/:slug/quarantine/:id/put-away', gate.as('operator', to(putAwayQuarantined)), raw)
}
