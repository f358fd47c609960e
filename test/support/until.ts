/** Waits for a fact: asks again until there is an answer. @throws when there is none within `withinMs`. */
export async function until<T>(ask: () => Promise<T | undefined | null | false> | T | undefined | null | false, what: string, withinMs = 10_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer
    if (performance.now() > giveUpAt) throw new Error(`Waited ${withinMs} ms in vain for ${what}`)
    await Bun.sleep(10)
  }
}
