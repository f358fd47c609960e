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

interface ValueProps {
  node: JsonNode
  depth: number
  /** The key it stands under, in an object. */
  name?: string | null
}

function Value({ node, depth, name = null }: ValueProps): JSX.Element {
  if (node.kind === 'object') return <Nested brackets="{}" members={node.entries} depth={depth} name={name} />
  if (node.kind === 'array') return <Nested brackets="[]" members={node.items.map((item): [null, JsonNode] => [null, item])} depth={depth} name={name} />
  return (
    <>
      <Key name={name} />
      {node.kind === 'string' ? (
        <Text text={node.text} />
      ) : (
        <span class={node.kind} safe>
          {node.text.slice(0, SHOWN_CHARACTERS)}
        </span>
      )}
    </>
  )
}

interface NestedProps {
  brackets: '{}' | '[]'
  members: [string | null, JsonNode][]
  depth: number
  name: string | null
}

function Nested({ brackets, members, depth, name }: NestedProps): JSX.Element {
  if (members.length === 0) {
    return (
      <>
        <Key name={name} />
        <span class="word">{brackets}</span>
      </>
    )
  }
  const word = brackets === '{}' ? plural(members.length, 'key') : plural(members.length, 'item')
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        <Key name={name} />
        {brackets === '{}' ? '{' : '['}{' '}
        <span class="note" safe>
          {word}
        </span>
      </summary>
      <ul>
        {members.slice(0, SHOWN_CHILDREN).map(([key, value]) => (
          <li>
            <Value node={value} depth={depth + 1} name={key} />
          </li>
        ))}
        {members.length > SHOWN_CHILDREN && <li class="note" safe>{`… ${number(members.length - SHOWN_CHILDREN)} more in the raw body`}</li>}
      </ul>
    </details>
  )
}

function Key({ name }: { name: string | null }): JSX.Element {
  return name === null ? '' : <span class="key" dir="auto" safe>{`${name}: `}</span>
}

function Text({ text }: { text: string }): JSX.Element {
  return (
    <span class="string" dir="auto">
      “<span safe>{text.slice(0, SHOWN_CHARACTERS)}</span>”
      {text.length > SHOWN_CHARACTERS && <span class="note" safe>{` ${plural(text.length, 'character')}, cut here`}</span>}
    </span>
  )
}
