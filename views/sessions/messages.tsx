import { Html } from '@elysiajs/html'
import type { CallRecord, MessageRecord } from '../../src/domain/records'
import { maskId, maskText, plural } from '../format'
import { ids } from '../live'
import { Icon } from '../shared/icon'
import { Ticks } from '../shared/ticks'
import { Clock } from '../shared/time'

const SHOWN = 25

/** Fragment `session-messages`: the message log, masked, and the calls under it. */
export function SessionMessages({ messages, calls }: { messages: readonly MessageRecord[]; calls: readonly CallRecord[] }): JSX.Element {
  return (
    <section class="card" id={ids.messages} aria-labelledby="messages-title">
      <h2 id="messages-title">Messages</h2>
      {messages.length === 0 && <p class="soft">No message has come yet.</p>}
      <ol class="messages">
        {messages.slice(0, SHOWN).map((message) => (
          <Message message={message} />
        ))}
      </ol>
      {calls.length > 0 && (
        <>
          <h3>Calls</h3>
          <ol class="messages">
            {calls.map((call) => (
              <Call call={call} />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

function Message({ message }: { message: MessageRecord }): JSX.Element {
  const { fromMe, ack } = message
  return (
    <li>
      <span class="way-of" title={fromMe ? 'sent' : 'received'}>
        <Icon name={fromMe ? 'out' : 'in'} />
        <span class="sr">{fromMe ? 'sent to' : 'received from'}</span>
      </span>
      <span class="chat" safe>
        {maskId(message.chat ?? (fromMe ? message.to : message.from) ?? '')}
      </span>
      <Content message={message} />
      {fromMe && ack !== null ? <Ticks ack={ack} /> : <span />}
      <Clock at={message.sentAt} />
    </li>
  )
}

/** How long it is may be seen; what it says may not. */
function Content({ message }: { message: MessageRecord }): JSX.Element {
  const { text, media, kind, revokedAt, editedAt, reactions } = message
  if (revokedAt !== null) return <i class="content">deleted for everyone</i>
  const notes = [
    media ? (media.mimetype ?? kind ?? 'media') : kind === 'chat' || text ? null : kind,
    editedAt === null ? null : 'edited',
    reactions.map((reaction) => reaction.text).join(''),
  ]
  return (
    <span class="content">
      {text !== null && (
        <>
          <span class="dots" aria-hidden="true" safe>
            {maskText(text)}
          </span>
          <span class="sr" safe>{`hidden, ${plural([...text].length, 'character')}`}</span>
        </>
      )}
      <small safe>{notes.filter(Boolean).join(' · ')}</small>
    </span>
  )
}

function Call({ call }: { call: CallRecord }): JSX.Element {
  return (
    <li>
      <span class="way-of">
        <Icon name={call.video ? 'video' : 'phone'} />
        <span class="sr">{call.fromMe ? 'call to' : 'call from'}</span>
      </span>
      <span class="chat" safe>
        {maskId(call.from ?? '')}
      </span>
      <span class="content" safe>
        {`${call.video ? 'video call' : 'call'}${call.group ? ' in a group' : ''}`}
      </span>
      <span class="soft" safe>
        {call.phase}
      </span>
      <Clock at={call.startedAt} />
    </li>
  )
}
