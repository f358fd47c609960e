import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JOURNAL_LIMITS, Journal, type JournalHooks, type JournalLimits } from '../../src/journal/journal'

const roots: string[] = []

export function newRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'linekeeper-journal-'))
  roots.push(root)
  return root
}

export function removeRoots(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
}

export const LIMITS: JournalLimits = { ...JOURNAL_LIMITS, maxBytes: 64 << 20 }

export function openJournal(root: string, limits: Partial<JournalLimits> = {}, hooks: JournalHooks = {}): Promise<Journal> {
  return Journal.open(root, { ...LIMITS, ...limits }, hooks)
}

export const bytes = (text: string) => new TextEncoder().encode(text)

export async function appendAll(journal: Journal, texts: string[]): Promise<void> {
  await Promise.all(texts.map((text, nth) => journal.append(bytes(text), 1_000 + nth)))
}

/** Empties the journal and tells what it held. */
export async function drainAll(journal: Journal): Promise<string[]> {
  const texts: string[] = []
  for (let portion = await journal.next(); portion; portion = await journal.next()) {
    texts.push(...portion.records.map((record) => new TextDecoder().decode(record.payload)))
    await portion.markDone(portion.records.length)
  }
  return texts
}

/** Paths of all files below, without folders. */
export function filesBelow(root: string, end = ''): string[] {
  return (readdirSync(root, { recursive: true }) as string[]).map((name) => join(root, name)).filter((path) => path.endsWith(end) && statSync(path).isFile())
}
