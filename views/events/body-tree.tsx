import { Html } from '@elysiajs/html'
import { number, plural } from '../format'
import type { JsonNode } from './json'

const OPEN_DEPTH = 2
const SHOWN_CHILDREN = 200
const SHOWN_CHARACTERS = 2000

/** JSON to be unfolded. Numbers are the characters that were sent. */
export function BodyTree({ node }: { node: JsonNode }): JSX.Element {
  return (
    <div class="tree">
      <Value node={node} depth={0} />
    </div>
  )
}

function Value({ node, depth }: { node: JsonNode; depth: number }): JSX.Element {
  if (node.kind === 'object') return <Nested brackets="{}" children={node.entries} depth={depth} />
  if (node.kind === 'array') return <Nested brackets="[]" children={node.items.map((item): [null, JsonNode] => [null, item])} depth={depth} />
  if (node.kind === 'string') return <Text text={node.text} />
  return (
    <span class={node.kind} safe>
      {node.text.slice(0, SHOWN_CHARACTERS)}
    </span>
  )
}

function Nested({ brackets, children, depth }: { brackets: '{}' | '[]'; children: [string | null, JsonNode][]; depth: number }): JSX.Element {
  if (children.length === 0) return <span class="word">{brackets}</span>
  const word = brackets === '{}' ? plural(children.length, 'key') : plural(children.length, 'item')
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        {brackets[0] === '{' ? '{' : '['} <span class="note" safe>{word}</span>
      </summary>
      <ul>
        {children.slice(0, SHOWN_CHILDREN).map(([key, value]) => (
          <li>
            {key !== null && <span class="key" dir="auto" safe>{`${key}: `}</span>}
            <Value node={value} depth={depth + 1} />
          </li>
        ))}
        {children.length > SHOWN_CHILDREN && <li class="note" safe>{`… ${number(children.length - SHOWN_CHILDREN)} more in the raw body`}</li>}
      </ul>
    </details>
  )
}

function Text({ text }: { text: string }): JSX.Element {
  return (
    <span class="string" dir="auto">
      “<span safe>{text.slice(0, SHOWN_CHARACTERS)}</span>”
      {text.length > SHOWN_CHARACTERS && <span class="note" safe>{` ${plural(text.length, 'character')}, cut here`}</span>}
    </span>
  )
}
