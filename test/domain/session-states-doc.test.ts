import { expect, test } from 'bun:test'
import { REASONS, STATUSES } from '../../src/domain/event'
import { NEXT_STATUS, SIGNALS } from '../../src/domain/transition'
import { readDoc } from '../support/doc-table'

const { rows } = await readDoc('docs/session-states.md')

test('the table of docs/session-states.md is the table of the reducer', () => {
  const header = rows.find((row) => row[0] === 'signal' && row[1] === 'new')
  expect(header?.slice(1)).toEqual([...STATUSES])
  const documented = rows.filter((row) => row.length === STATUSES.length + 1 && row[0] !== 'signal' && !row[0]?.startsWith('-'))
  expect(documented.map((row) => row[0] as string)).toEqual([...SIGNALS])
  for (const [signal, ...next] of documented) {
    expect(next).toEqual(STATUSES.map((status) => NEXT_STATUS[signal as (typeof SIGNALS)[number]][status]))
  }
})

test('every reason is explained', () => {
  for (const reason of REASONS) expect(rows.some((row) => row[0] === `\`${reason}\``)).toBe(true)
})
