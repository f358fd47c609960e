import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isSessionName, sessionNameFromUrl } from '../../src/domain/session-name'

test('a name of up to 200 characters is kept as it is', () => {
  for (const name of ['sales', '...', 'a/b c?d#e%2F☎', 'x'.repeat(200)]) expect(sessionNameFromUrl(name)).toBe(name)
})

test('two long names that begin alike stay two', () => {
  const [one, other] = ['1', '2'].map((end) => sessionNameFromUrl('x'.repeat(200) + end))
  expect(one).not.toBe(other)
  expect(one).toHaveLength(200)
  expect(sessionNameFromUrl(`${'x'.repeat(200)}1`)).toBe(one as string)
})

test('what no URL can carry is no name', () => {
  for (const none of [undefined, '', '.', '..', '\0', '.\0.']) expect(sessionNameFromUrl(none)).toBeNull()
})

test('whatever a URL says, what comes out is a name that can be stored, or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (segment) => {
      const name = sessionNameFromUrl(segment)
      if (name === null) return
      expect(isSessionName(name)).toBe(true)
      expect(name.isWellFormed() && !name.includes('\0')).toBe(true)
    }),
  )
})
