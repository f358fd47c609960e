import type { Sql } from 'postgres'
import type { Controls } from '../../control/controls'
import type { Instant } from '../../domain/event'
import type { ControlRecord, SessionRecord } from '../../domain/records'
import { findLastAction } from '../../store/actions-read'

/** What the control card of a session shows; null without a control API. */
export async function loadControl(
  deps: { sql: Sql; controls: Pick<Controls, 'capabilitiesOf'>; now(): Instant },
  session: Pick<SessionRecord, 'id' | 'source'>,
): Promise<ControlRecord | null> {
  const capabilities = await deps.controls.capabilitiesOf(session.source)
  return capabilities && { ...capabilities, last: await findLastAction(deps.sql, session.id, deps.now()) }
}
