import { type Static, Type as t } from '@sinclair/typebox'
import { AppError } from '../../domain/error'
import type { DecodeAgain, DecodedAgain } from '../../ingest/decode-again'
import { json } from '../answers'
import { type ApiRoute, route } from './route'
import { words } from './schemas'

const OUTCOMES = ['added', 'unchanged', 'undecoded', 'expired'] as const satisfies readonly DecodedAgain['outcome'][]

const Replay = t.Object(
  {
    outcome: words(
      OUTCOMES,
      'added: events went into the ledger; unchanged: it had them all; undecoded: nobody understands it yet; expired: older than what the ledger keeps',
    ),
    events: t.Integer({ description: 'How many went into the ledger' }),
    reason: t.Union([t.String(), t.Null()], { description: 'What could not be understood' }),
  },
  { $id: 'Replay', additionalProperties: false },
)

/** Decoding again what is kept: of an event, or of a delivery in the quarantine, which bears the id that its sender was told. */
export function replayRoutes({ decodeAgain }: { decodeAgain: DecodeAgain }): ApiRoute[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/events/:id/replays',
      scope: 'write',
      summary: 'Decodes the delivery of an event, or one that is quarantined, again; adds only what the ledger does not have',
      params: t.Object({ id: t.String({ description: 'of an event, or of a quarantined delivery' }) }),
      answers: {
        200: { description: 'What became of it', schema: Replay },
        404: { description: 'There is neither such an event nor such a quarantined delivery' },
        409: { description: 'It was dealt with already, or its source is gone' },
        410: { description: 'Retention has dropped the delivery' },
      },
      handle: async ({ params }) => json(replayJson(await replay(decodeAgain, params.id ?? ''))),
    }),
  ]
}

async function replay(decodeAgain: DecodeAgain, id: string): Promise<DecodedAgain> {
  try {
    return await decodeAgain.event(id)
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === 'not_found')) throw cause
    return decodeAgain.quarantined(id)
  }
}

function replayJson(decoded: DecodedAgain): Static<typeof Replay> {
  const { outcome } = decoded
  return { outcome, events: outcome === 'added' ? decoded.events : 0, reason: outcome === 'undecoded' ? decoded.reason : null }
}
