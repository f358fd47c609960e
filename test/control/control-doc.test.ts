import { expect, test } from 'bun:test'
import { OFFERS, offers } from '../../src/control/controller'
import { CONTROLLERS } from '../../src/control/controllers'
import { readDoc } from '../support/doc-table'

const { text, rows } = await readDoc('docs/control.md')

test('the table of docs/control.md is what the controllers offer', () => {
  const header = rows.findIndex((row) => row[0] === 'sender')
  expect(rows[header]?.slice(2)).toHaveLength(OFFERS.length)
  const documented = rows.slice(header + 2, header + 2 + CONTROLLERS.length)
  expect(documented).toEqual(CONTROLLERS.map((one) => [one.label, `\`${one.id}\``, ...OFFERS.map((offer) => (offers(one, offer) ? 'yes' : '–'))]))
})

test('whatever is worth knowing about a controller stands there', () => {
  const plain = text.replace(/\s+/g, ' ')
  for (const { key, notes } of CONTROLLERS) for (const words of [key.hint, ...Object.values(notes)]) expect(plain).toContain(words)
})
