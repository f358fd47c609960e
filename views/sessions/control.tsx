import { Html, type PropsWithChildren } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { ActionRecord, ControlRecord, SessionRecord } from '../../src/domain/records'
import { attr } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Clock } from '../shared/time'

export interface SessionControlProps {
  session: SessionRecord
  /** null: nobody has connected the source's API. */
  control: ControlRecord | null
  /** Why the last request of this page was refused. */
  problem?: string
  now: Instant
}

/** No sender is given longer than a minute; an outcome that is still missing then never comes. */
const LONGEST_MS = 90_000

/** Fragment `session-control`: what an operator can have the sender do, and what came of the last time. */
export function SessionControl({ session, control, problem, now }: SessionControlProps): JSX.Element {
  if (control === null) return <ConnectHint session={session} />
  const isBusy = control.last?.outcome === 'requested' && now - control.last.at < LONGEST_MS
  const offered = (name: string) => control.offers.includes(name)
  const isDown = session.status === 'disconnected' || session.status === 'auth_failure' || session.status === 'new'
  return (
    <section class="card control needs-operator" id={ids.control} aria-labelledby="control-title">
      <h2 id="control-title">
        Control <small>through {control.label as 'words of ours'}</small>
      </h2>
      {problem !== undefined && <Line kind="error" icon="alert" words={problem} />}
      {control.last !== null && <Last action={control.last} isBusy={isBusy} />}
      <div class="actions">
        {offered('start') && <Act session={session} action="start" word="Start" isMain={isDown} isBusy={isBusy} />}
        {offered('restart') && <Act session={session} action="restart" word="Restart" isMain={isDown && !offered('start')} isBusy={isBusy} />}
        {offered('pairingCode') && <PairingCode session={session} isBusy={isBusy} />}
        {offered('stop') && (
          <Confirmed session={session} action="stop" word="Stop" isBusy={isBusy}>
            No messages come or go until somebody starts it again. Its log-in is kept.
          </Confirmed>
        )}
        {offered('logout') && (
          <Confirmed session={session} action="logout" word="Log out" isBusy={isBusy}>
            The number is unlinked. To come back, somebody has to scan a new code with the phone.
          </Confirmed>
        )}
      </div>
    </section>
  )
}

function ConnectHint({ session }: { session: SessionRecord }): JSX.Element {
  return (
    <section class="card control needs-admin" id={ids.control} aria-labelledby="control-title">
      <h2 id="control-title">Control</h2>
      <p class="soft">
        Start, restart and pair sessions from here: <a href={attr(paths.sourceControl(session.source))}>connect the sender's REST API</a>.
      </p>
    </section>
  )
}

interface ActProps {
  session: SessionRecord
  action: string
  word: string
  isBusy: boolean
}

/** Sent in the background where there are scripts; the answer is this fragment anew. */
function liveForm({ source, name }: SessionRecord, action: string): Record<string, string> {
  const url = attr(paths.control(source, name, action))
  return { method: 'post', action: url, 'hx-post': url, 'hx-target': `#${ids.control}`, 'hx-swap': 'outerMorph', 'hx-sync': 'this:drop' }
}

function Act({ session, action, word, isMain, isBusy }: ActProps & { isMain: boolean }): JSX.Element {
  return (
    <form {...liveForm(session, action)}>
      <button
        type="submit"
        class={isMain ? 'main' : undefined}
        disabled={isBusy}
        data-ask={action === 'restart' ? attr(`Restart ${session.name}?`) : undefined}
        safe
      >
        {word}
      </button>
    </form>
  )
}

/** Asks twice without any script: the first touch says what it means, the second does it. */
function Confirmed({ session, action, word, isBusy, children }: PropsWithChildren<ActProps>): JSX.Element {
  return (
    <details class="ask" id={`ask-${action}`}>
      <summary class="button" safe>{`${word}…`}</summary>
      <form {...liveForm(session, action)}>
        <p>{children}</p>
        <button type="submit" class="danger" disabled={isBusy}>
          {word as 'words of ours'} <bdi safe>{session.name}</bdi>
        </button>
      </form>
    </details>
  )
}

function PairingCode({ session, isBusy }: { session: SessionRecord; isBusy: boolean }): JSX.Element {
  return (
    <details class="ask" id="ask-pairing">
      <summary class="button">Pairing code…</summary>
      <form {...liveForm(session, 'pairing-code')}>
        <p class="field">
          <label for="phone">Phone number, with country code</label>
          <input
            id="phone"
            name="phone"
            type="tel"
            required
            autocomplete="off"
            maxlength="30"
            pattern={'[+0-9 \\(\\).\\-]{7,30}'}
            placeholder="+49 1511 2345678"
            aria-describedby="phone-hint"
          />
          <small id="phone-hint">Typed on the phone instead of scanning. The number is not kept.</small>
        </p>
        <button type="submit" class="main" disabled={isBusy}>
          Get a code
        </button>
      </form>
    </details>
  )
}

function Last({ action, isBusy }: { action: ActionRecord; isBusy: boolean }): JSX.Element {
  const what = `${WORDS[action.action] ?? action.action}, ${action.by}, `
  if (isBusy) return <Line kind="busy" icon="busy" words="Waiting for the sender…" what={what} at={action.at} />
  if (action.outcome === 'requested')
    return <Line kind="error" icon="alert" words="What came of it is not known: Linekeeper was stopped meanwhile" what={what} at={action.at} />
  const isDone = action.outcome === 'done'
  return <Line kind={isDone ? 'done' : 'error'} icon={isDone ? 'ok' : 'alert'} words={action.message ?? ''} what={what} at={action.at} />
}

const WORDS: Record<string, string> = { start: 'Start', stop: 'Stop', restart: 'Restart', logout: 'Log out', pairing_code: 'Pairing code' }

interface LineProps {
  kind: 'busy' | 'done' | 'error'
  icon: 'busy' | 'ok' | 'alert'
  words: string
  /** Who did it, and when. */
  what?: string
  at?: Instant
}

function Line({ kind, icon, words, what, at }: LineProps): JSX.Element {
  return (
    <p class={`outcome ${kind}`} role="status">
      <Icon name={icon} />
      <span>
        <span safe>{words}</span>
        {what !== undefined && at !== undefined && (
          <small>
            <bdi safe>{what}</bdi>
            <Clock at={at} />
          </small>
        )}
      </span>
    </p>
  )
}
