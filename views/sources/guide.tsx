import { Html } from '@elysiajs/html'
import { attr } from '../format'
import { CopyBlock } from '../shared/copy-block'
import type { Block, Guide, Inline } from './guide-text'

/** What to do at the sender, in its own words, lines and settings. */
export function GuideText({ guide }: { guide: Guide }): JSX.Element {
  return (
    <div class="guide">
      {guide.blocks.map((block) => (
        <GuideBlock block={block} />
      ))}
    </div>
  )
}

function GuideBlock({ block }: { block: Block }): JSX.Element {
  switch (block.kind) {
    case 'heading':
      return (
        <h3>
          <Marked text={block.text} />
        </h3>
      )
    case 'text':
      return (
        <p>
          <Marked text={block.text} />
        </p>
      )
    case 'code':
      return <CopyBlock text={block.text} />
    case 'list':
      return block.ordered ? (
        <ol>
          <Items items={block.items} />
        </ol>
      ) : (
        <ul>
          <Items items={block.items} />
        </ul>
      )
    case 'table':
      return <GuideTable table={block} />
  }
}

function Items({ items }: { items: readonly Inline[][] }): JSX.Element {
  return (
    <>
      {items.map((item) => (
        <li>
          <Marked text={item} />
        </li>
      ))}
    </>
  )
}

function GuideTable({ table }: { table: Extract<Block, { kind: 'table' }> }): JSX.Element {
  return (
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            {table.head.map((cell) => (
              <th scope="col">
                <Marked text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>
                  <Marked text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A sentence with its marks. */
export function Marked({ text }: { text: readonly Inline[] }): JSX.Element {
  return <>{text.map((one) => (typeof one === 'string' ? Html.escapeHtml(one) : <Mark mark={one} />))}</>
}

function Mark({ mark }: { mark: Exclude<Inline, string> }): JSX.Element {
  const words = <Marked text={mark.children} />
  if (mark.mark === 'link') {
    return (
      <a href={attr(mark.href)} rel="noreferrer">
        {words}
      </a>
    )
  }
  return mark.mark === 'code' ? <code>{words}</code> : <b>{words}</b>
}
