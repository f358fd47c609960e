import { Html } from '@elysiajs/html'
import { bytes } from '../format'
import { BodyTree } from './body-tree'
import { readForm } from './form'
import { readJson } from './json'

/** More than this is not drawn; the API gives the whole. */
const SHOWN_BYTES = 200_000
const SHOWN_HEX = 4096

/** The body as it arrived: as a tree when it is JSON or a form, as text when it is text, else in hexadecimal. */
export function Body({ body, size }: { body: Uint8Array | null; size: number }): JSX.Element {
  return (
    <section class="card" aria-labelledby="body-title">
      <h2 id="body-title">
        Body <small safe>{bytes(size)}</small>
      </h2>
      {body === null ? <p class="soft">Retention has dropped the body; everything decoded from it is kept.</p> : <Shown body={body} />}
    </section>
  )
}

function Shown({ body }: { body: Uint8Array }): JSX.Element {
  const cut = body.length > SHOWN_BYTES
  const text = decode(cut ? body.subarray(0, SHOWN_BYTES) : body, cut)
  if (text === null) return <Hex body={body} />
  const tree = cut ? null : (readJson(text) ?? readForm(text))
  return (
    <>
      {cut && <Notice shown={SHOWN_BYTES} of={body.length} />}
      {tree !== null && <BodyTree node={tree} />}
      <details class="raw" open={tree === null}>
        <summary>As it was sent</summary>
        <pre tabindex="0" dir="auto" safe>
          {text}
        </pre>
      </details>
    </>
  )
}

function Notice({ shown, of }: { shown: number; of: number }): JSX.Element {
  return <p class="soft" safe>{`Too large to show whole: the first ${bytes(shown)} of ${bytes(of)}.`}</p>
}

function Hex({ body }: { body: Uint8Array }): JSX.Element {
  return (
    <>
      {body.length > SHOWN_HEX && <Notice shown={SHOWN_HEX} of={body.length} />}
      <pre tabindex="0" safe>
        {hexLines(body.subarray(0, SHOWN_HEX))}
      </pre>
    </>
  )
}

/** Offset, sixteen bytes, and what of them is printable. */
export function hexLines(body: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < body.length; at += 16) {
    const row = body.subarray(at, at + 16)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`)
  }
  return lines.join('\n')
}

/** Null when it is not UTF-8 text. A cut may fall inside a character, which `stream` forgives. */
function decode(body: Uint8Array, cut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: cut })
    return text.includes('\u0000') ? null : text
  } catch {
    return null
  }
}
