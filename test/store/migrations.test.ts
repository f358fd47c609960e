import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * While a new version starts, the one before is still running, on the new schema: it must find everything that it knows, and may write
 * without knowing what is new.
 */
const FOLDER = join(import.meta.dir, '../../db/migrations')

const BREAKS: readonly [RegExp, string][] = [
  [/\bdrop\b(?! (?:default|not null|expression))/i, 'drops something'],
  [/\brename\b/i, 'renames something'],
  [/\btruncate\b|\bdelete from\b/i, 'removes rows'],
  [/\bset not null\b/i, 'asks for a value that may be missing'],
  [/\bset data type\b|\balter column "?\w+"? type\b/i, 'changes a type'],
  [
    /\badd column (?:if not exists )?"?\w+"? [^;]*\bnot null\b(?![^;]*\bdefault\b)(?<!\bdefault\b[^;]*)/i,
    'adds a column that the version before does not fill in',
  ],
  [/\balter table (?:if exists )?(?:only )?"?(\w+)"? add constraint[^;]*\bcheck\b/i, 'forbids what the version before may write'],
]

/** What is wrong with the statements of a migration, given the tables that it makes itself. */
function problemsOf(sql: string): string[] {
  const own = new Set([...sql.matchAll(/create table (?:if not exists )?"?(\w+)"?/gi)].map(([, table]) => table))
  const statements = sql.replaceAll(/--.*$/gm, '').split(';')
  return statements.flatMap((statement) => {
    const table = /alter table (?:if exists )?(?:only )?"?(\w+)"?/i.exec(statement)?.[1]
    if (table !== undefined && own.has(table)) return []
    return BREAKS.filter(([pattern]) => pattern.test(statement)).map(([, what]) => `${what}: ${statement.trim()}`)
  })
}

describe('a migration', () => {
  const later = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .slice(1)

  test.each(later)('%s only adds: the version before can run meanwhile', (name) => {
    expect(problemsOf(readFileSync(join(FOLDER, name), 'utf8'))).toEqual([])
  })

  test.each([
    'ALTER TABLE "events" DROP COLUMN "facts";',
    'DROP INDEX "events_key";',
    'ALTER TABLE "events" RENAME COLUMN "facts" TO "details";',
    'ALTER TABLE "events" ALTER COLUMN "key" SET NOT NULL;',
    'ALTER TABLE "events" ALTER COLUMN "key" SET DATA TYPE integer;',
    'ALTER TABLE "events" ADD COLUMN "new" text NOT NULL;',
    'ALTER TABLE "events" ADD CONSTRAINT "short" CHECK (length(key) < 9);',
    'DELETE FROM "events";',
  ])('that did %p would be noticed', (sql) => {
    expect(problemsOf(sql)).toHaveLength(1)
  })

  test.each([
    'ALTER TABLE "events" ADD COLUMN "new" text;',
    `ALTER TABLE "events" ADD COLUMN "new" text DEFAULT 'x' NOT NULL;`,
    'ALTER TABLE "events" ALTER COLUMN "key" DROP NOT NULL;',
    'CREATE TABLE "new" ("id" text NOT NULL); ALTER TABLE "new" ADD CONSTRAINT "c" CHECK (id > 0);',
  ])('may do %p', (sql) => {
    expect(problemsOf(sql)).toEqual([])
  })
})
