import { describe, expect, test } from 'bun:test'
import { Glob } from 'bun'
import { STYLES } from '../../views/assets/styles/index'

const ASSETS = new URL('../../views/assets/', import.meta.url)
const read = (name: string): Promise<string> => Bun.file(new URL(name, ASSETS)).text()

test('every style is in the list, once', async () => {
  const found = [...new Glob('*.css').scanSync(new URL('styles/', ASSETS).pathname)]
  expect([...STYLES].sort()).toEqual(found.sort() as (typeof STYLES)[number][])
})

test('the script is at most four kilobytes', async () => {
  const built = await Bun.build({ entrypoints: [new URL('app.js', ASSETS).pathname], minify: true })
  expect((await built.outputs[0]?.text())?.length).toBeLessThanOrEqual(4096)
})

test('every icon that a page names is in the sprite', async () => {
  const { icons } = await import('./support/icons')
  const sprite = await read('icons.svg')
  for (const icon of await icons()) expect(sprite).toContain(`id="${icon}"`)
})

describe('text can be read in both themes', async () => {
  const tokens = await read('styles/tokens.css')
  for (const [theme, index] of [
    ['light', 0],
    ['dark', 1],
  ] as const) {
    const colour = (name: string): string => tokens.match(new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`))?.[index + 1] ?? ''
    for (const name of ['ink', 'soft', 'accent', 'ok', 'wait', 'busy', 'down', 'quiet', 'off']) {
      for (const ground of ['paper', 'card', 'hover']) {
        test(`${name} on ${ground}, ${theme}`, () => {
          expect(contrast(colour(name), colour(ground))).toBeGreaterThanOrEqual(4.5)
        })
      }
    }
    test(`the edge of a control on paper, ${theme}`, () => {
      expect(contrast(colour('edge'), colour('paper'))).toBeGreaterThanOrEqual(3)
    })
    test(`the word on the main button, ${theme}`, () => {
      expect(contrast(colour('on-accent'), colour('accent'))).toBeGreaterThanOrEqual(4.5)
    })
  }
})

/** WCAG 2.2, relative luminance. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
