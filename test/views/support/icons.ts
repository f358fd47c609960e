/** The names that IconName allows, read from its source. */
export async function icons(): Promise<string[]> {
  const source = await Bun.file(new URL('../../../views/shared/icon.tsx', import.meta.url)).text()
  const union = source.slice(source.indexOf('type IconName'), source.indexOf('const drawn'))
  return [...union.matchAll(/'([a-z]+)'/g)].map(([, name]) => name ?? '')
}
