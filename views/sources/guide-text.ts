/**
 * Reads a provider's `connect.md`: the few marks of Markdown that those files use, as data. They read well as they are; what only the
 * source knows stands in them as `https://linekeeper.example.com/api/whatsapp/webhook` and `<one of this source's secrets>`. A table
 * under the heading EXPECTED says which events should come and what to do when they never do; it is not part of the text.
 */
export type Inline = string | { mark: 'code'; children: Inline[] } | { mark: 'strong'; children: Inline[] } | { mark: 'link'; href: string; children: Inline[] }

export type Block =
  | { kind: 'heading'; text: Inline[] }
  | { kind: 'text'; text: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; language: string; text: string }

/** One kind of event that a sender should send. */
export interface Expected {
  /** Ours, such as `message.ack`. */
  type: string
  /** What the sender calls it. */
  theirs: Inline[]
  /** What to do at the sender when it never comes. */
  remedy: Inline[]
}

export interface Guide {
  blocks: Block[]
  expected: Expected[]
}

/** With or without a source's name, and `user:<secret>@` where the sender proves itself by a password. */
const URLS = /https:\/\/(\w+:<[^>]+>@)?linekeeper\.example\.com\/api\/whatsapp(?:\/[a-z0-9-]+)?\/webhook/g
const SECRETS = /<(?:one of this source's secrets|a live secret|the same secret)>/g
export const EXPECTED = 'What should arrive'

/** @param fill what stands for the two texts; `secret` null keeps the words, for whoever must not see it. */
export function readGuide(markdown: string, fill: { webhookUrl: string; secret: string | null }): Guide {
  const sections = markdown.split(/^(?=#{1,3} )/m)
  const isExpected = (section: string) => section.replace(/^#+ /, '').startsWith(EXPECTED)
  const guide = sections.filter((section) => !isExpected(section)).join('')
  return { blocks: readBlocks(filled(guide, fill)), expected: sections.filter(isExpected).flatMap(readExpected) }
}

function filled(markdown: string, { webhookUrl, secret }: { webhookUrl: string; secret: string | null }): string {
  const schemeEnds = webhookUrl.indexOf('://') + 3
  return markdown
    .split('\n')
    .map((line) => {
      const withUrl = line.replace(URLS, (_, user: string | undefined) => webhookUrl.slice(0, schemeEnds) + (user ?? '') + webhookUrl.slice(schemeEnds))
      return secret === null
        ? withUrl
        : withUrl.replace(SECRETS, (words: string, at: number) => writtenAt(secret, withUrl.slice(0, at), withUrl.slice(at + words.length)))
    })
    .join('\n')
}

/** A secret of one's own may hold what means something in a URL, in JSON or to a shell. */
function writtenAt(secret: string, before: string, after: string): string {
  if (/:\/\/[^\s"'`]*$/.test(before)) return encodeURIComponent(secret)
  if (/"\s*:\s*"[^"]*$/.test(before)) return JSON.stringify(secret).slice(1, -1)
  const isAlone = /^\s*(?:export )?\w+=$/.test(before) && /^\s*$/.test(after)
  return isAlone && /[^\w.~:/+=@%,-]/.test(secret) ? `'${secret.replaceAll("'", `'\\''`)}'` : secret
}

function readBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; ) {
    const [block, next] = readBlock(lines, at)
    if (block) blocks.push(block)
    at = next
  }
  return blocks
}

/** The block that begins in this line, and the line after it. */
function readBlock(lines: readonly string[], at: number): [Block | null, number] {
  const line = lines[at] ?? ''
  if (line.trim() === '') return [null, at + 1]
  const fence = /^```(\w*)/.exec(line)
  if (fence) return readCode(lines, at, fence[1] ?? '')
  // The page has a title of its own.
  if (line.startsWith('# ')) return [null, at + 1]
  const heading = /^#{2,6} (.*)/.exec(line)
  if (heading) return [{ kind: 'heading', text: readInline(heading[1] ?? '') }, at + 1]
  const end = endOfBlock(lines, at)
  const block = lines.slice(at, end)
  if (ITEM.test(line)) return [readList(block), end]
  if (line.startsWith('|')) return [readTable(block), end]
  return [{ kind: 'text', text: readInline(block.join(' ')) }, end]
}

const ITEM = /^(?:[-*]|\d+\.) /

function readCode(lines: readonly string[], at: number, language: string): [Block, number] {
  const end = lines.findIndex((line, index) => index > at && line.startsWith('```'))
  const until = end < 0 ? lines.length : end
  return [{ kind: 'code', language, text: lines.slice(at + 1, until).join('\n') }, until + 1]
}

function endOfBlock(lines: readonly string[], at: number): number {
  let end = at + 1
  while (end < lines.length && !/^\s*$|^```|^#{1,6} /.test(lines[end] ?? '')) end++
  return end
}

function readList(block: readonly string[]): Block {
  const items: string[] = []
  for (const line of block) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ''))
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return { kind: 'list', ordered: /^\d/.test(block[0] ?? ''), items: items.map(readInline) }
}

function readTable(block: readonly string[]): Extract<Block, { kind: 'table' }> {
  const [head = [], , ...rows] = block.map((line) =>
    line
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => readInline(cell.replaceAll('\\|', '|').trim())),
  )
  return { kind: 'table', head, rows }
}

function readExpected(section: string): Expected[] {
  const table = readBlocks(section).find((block) => block.kind === 'table')
  return table?.kind === 'table' ? table.rows.map(([type = [], theirs = [], remedy = []]) => ({ type: plainOf(type), theirs, remedy })) : []
}

/** The words without their marks. */
export function plainOf(text: readonly Inline[]): string {
  return text.map((one) => (typeof one === 'string' ? one : plainOf(one.children))).join('')
}

const MARKS = /`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)/

/** Links lead to https only; any other stays what it is: text. */
function readInline(text: string): Inline[] {
  const found = MARKS.exec(text)
  if (!found) return text === '' ? [] : [text]
  const [whole, code, strong, label, href] = found
  const mark: Inline =
    code !== undefined
      ? { mark: 'code', children: [code] }
      : strong !== undefined
        ? { mark: 'strong', children: readInline(strong) }
        : { mark: 'link', href: href ?? '', children: readInline(label ?? '') }
  const before = text.slice(0, found.index)
  return [...(before === '' ? [] : [before]), mark, ...readInline(text.slice(found.index + whole.length))]
}
