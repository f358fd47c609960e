import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { QrRecord, SessionRecord } from '../../src/domain/records'
import { duration, iso } from '../format'
import { ids } from '../live'
import { Icon } from '../shared/icon'
import { Qr, type QrMatrix } from '../shared/qr'

export interface QrCardProps {
  session: SessionRecord
  /** qrMatrix(session.qr.code), made once per code by the caller; null without a code. */
  matrix: QrMatrix | null
  now: Instant
}

/** Fragment `session-qr`: what a person holds the phone at. Folds away when there is nothing to pair. */
export function QrCard({ session, matrix, now }: QrCardProps): JSX.Element {
  if (session.status === 'loading' || session.status === 'authenticated') return <Loading session={session} />
  if (session.status !== 'qr') return <section id={ids.qr} hidden />
  return (
    <section class="card scan" id={ids.qr} aria-labelledby="scan-title">
      <h2 id="scan-title">Pair this number</h2>
      {session.pairingCode !== null && <PairingCode code={session.pairingCode} />}
      {session.qr !== null && <Code qr={session.qr} matrix={matrix} now={now} />}
      {session.qr === null && session.pairingCode === null && <p class="soft">The sender waits for a scan, but has not told the code.</p>}
      <p class="hint">On the phone: WhatsApp → Settings → Linked devices → Link a device</p>
    </section>
  )
}

function Code({ qr, matrix, now }: { qr: QrRecord; matrix: QrMatrix | null; now: Instant }): JSX.Element {
  const isOver = qr.expiresAt <= now
  return (
    <div class={isOver ? 'code over' : 'code'} data-code>
      {matrix ? <Qr matrix={matrix} label="QR code to scan with WhatsApp" /> : <NoCode />}
      <div class="expiry">
        <Ring qr={qr} now={now} />
        <p>
          <b>Code {qr.count}</b> of this pairing
          <br />
          <span class="soft" data-expiry safe>
            {isOver ? 'Expired: the next one follows' : `expires in ${duration(qr.expiresAt - now)}`}
          </span>
        </p>
      </div>
    </div>
  )
}

/** WAHA announces a QR without giving it. */
function NoCode(): JSX.Element {
  return (
    <p class="no-code">
      <Icon name="qr" />
      The sender shows this code on its own page, but does not send it along.
    </p>
  )
}

/** How much of the code's life is left; app.js moves it on each second. */
function Ring({ qr, now }: { qr: QrRecord; now: Instant }): JSX.Element {
  const life = qr.expiresAt - qr.receivedAt
  const left = life > 0 ? Math.min(1, Math.max(0, (qr.expiresAt - now) / life)) : 0
  return (
    <svg class="ring" viewBox="0 0 40 40" aria-hidden="true" data-from={iso(qr.receivedAt)} data-until={iso(qr.expiresAt)}>
      <circle cx="20" cy="20" r="16" />
      <circle class="left" cx="20" cy="20" r="16" pathLength="1" stroke-dasharray={`${left.toFixed(3)} 1`} transform="rotate(-90 20 20)" />
    </svg>
  )
}

function PairingCode({ code }: { code: string }): JSX.Element {
  const shown = /^[A-Z0-9]{8}$/i.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : code
  return (
    <p class="pairing">
      <span class="soft">Pairing code</span>
      <output safe>{shown}</output>
      <span class="soft">Link a device → Link with phone number instead</span>
    </p>
  )
}

function Loading({ session }: { session: SessionRecord }): JSX.Element {
  const percent = session.loading?.percent
  return (
    <section class="card scan" id={ids.qr} aria-labelledby="scan-title">
      <h2 id="scan-title">{session.status === 'loading' ? 'Loading chats' : 'Scanned, signing in'}</h2>
      <progress max="100" value={percent === undefined ? undefined : String(percent)} aria-labelledby="scan-title" />
      <p class="soft" dir="auto" safe>
        {progressOf(session)}
      </p>
    </section>
  )
}

function progressOf({ loading }: SessionRecord): string {
  return loading ? `${loading.percent} % ${loading.message ?? ''}` : 'WhatsApp accepted the code'
}
