import { Html } from '@elysiajs/html'
import type { Instant } from '../../src/domain/event'
import type { Mismatch } from '../../src/domain/recognition'
import { attr, number, plural } from '../format'
import { ids } from '../live'
import { paths } from '../paths'
import { Icon } from '../shared/icon'
import { Ago } from '../shared/time'
import type { SourceNow } from './model'

/** Fragment `source-doubts`: what a person should decide or put right: whose deliveries these are, and URLs that name another session. */
export function Doubts({ about, now }: { about: SourceNow; now: Instant }): JSX.Element {
  return (
    <div id={ids.sourceDoubts} class="doubts">
      <Recognition about={about} />
      {about.mismatches.length > 0 && <Mismatches slug={about.source.slug} mismatches={about.mismatches} now={now} />}
    </div>
  )
}

function Recognition({ about: { recognition, source } }: { about: SourceNow }): JSX.Element {
  if (!recognition || recognition.sightings.length === 0) return ''
  const { proposal, sightings } = recognition
  return (
    <section class="card doubt" aria-labelledby="recognition-title">
      {proposal === null ? (
        <h2 id="recognition-title">Who sends here</h2>
      ) : (
        <h2 id="recognition-title" safe>
          {`This sender is ${proposal.label}`}
        </h2>
      )}
      <p class="soft" safe>
        {`Recognised so far: ${sightings.map(({ label, times }) => `${label} (${number(times)})`).join(', ')}.`}
      </p>
      {proposal !== null ? (
        <form method="post" action={attr(paths.sourceProvider(source.slug))} class="needs-admin acts">
          <input type="hidden" name="provider" value={attr(proposal.id)} />
          <button type="submit" class="main" safe>
            {`It is ${proposal.label}`}
          </button>
          <small>From then on nothing is guessed. How its deliveries prove themselves stays as it is.</small>
        </form>
      ) : (
        <p class="soft">Deliveries are recognised one by one. Once there are a few of one sender only, this becomes a proposal.</p>
      )}
    </section>
  )
}

function Mismatches({ slug, mismatches, now }: { slug: string; mismatches: readonly Mismatch[]; now: Instant }): JSX.Element {
  const isFolded = mismatches.some(({ bodySessions }) => bodySessions > 1)
  return (
    <section class={isFolded ? 'card doubt bad' : 'card doubt'} aria-labelledby="mismatch-title">
      <h2 id="mismatch-title">URL and body name different sessions</h2>
      <p class="soft">
        {isFolded
          ? 'Several sessions of the sender end up as one here. Leave the session out of the webhook URL, or give each session its own.'
          : 'The URL decides. If the names mean the same number, nothing is wrong; else correct the webhook URL at the sender.'}
      </p>
      <div class="scroll" tabindex="0">
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">URL</th>
              <th scope="col">Body</th>
              <th scope="col">Deliveries</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {mismatches.slice(0, 10).map((one) => (
              <tr>
                <td>
                  <bdi safe>{one.pathSession}</bdi>
                </td>
                <td>
                  <bdi safe>{one.bodySession}</bdi>
                </td>
                <td safe>{number(one.times)}</td>
                <td>
                  <Ago at={one.lastAt} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {mismatches.length > 10 && <p class="soft" safe>{`and ${plural(mismatches.length - 10, 'more pair')}`}</p>}
      <form method="post" action={attr(paths.forgetMismatches(slug))} class="needs-admin acts">
        <button type="submit">
          <Icon name="tick" /> Put right, forget them
        </button>
        <small>They come back if it goes on.</small>
      </form>
    </section>
  )
}
