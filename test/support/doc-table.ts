/** The cells of every row of the tables of a document of ours, its headers and rules among them. @param path from the root. */
export async function readDoc(path: string): Promise<{ text: string; rows: string[][] }> {
  const text = await Bun.file(new URL(`../../${path}`, import.meta.url)).text()
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return { text, rows }
}
