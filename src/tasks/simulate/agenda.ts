/** What is due when, earliest first; equal times in the order of adding. */
export class Agenda<T> {
  #items: { at: number; nth: number; item: T }[] = []
  #count = 0

  get dueAt(): number | null {
    return this.#items[0]?.at ?? null
  }

  add(at: number, item: T): void {
    this.#items.push({ at, nth: this.#count++, item })
    let child = this.#items.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.#swapIfBefore(child, parent)) return
      child = parent
    }
  }

  /** The earliest that is due at `now`, or undefined. */
  take(now: number): T | undefined {
    const first = this.#items[0]
    if (!first || first.at > now) return undefined
    const last = this.#items.pop()
    if (last && last !== first) {
      this.#items[0] = last
      this.#sink()
    }
    return first.item
  }

  #sink(): void {
    for (let parent = 0; ; ) {
      let child = parent * 2 + 1
      if (child >= this.#items.length) return
      if (child + 1 < this.#items.length && this.#isBefore(child + 1, child)) child++
      if (!this.#swapIfBefore(child, parent)) return
      parent = child
    }
  }

  #swapIfBefore(a: number, b: number): boolean {
    if (!this.#isBefore(a, b)) return false
    ;[this.#items[a], this.#items[b]] = [this.#items[b] as never, this.#items[a] as never]
    return true
  }

  #isBefore(a: number, b: number): boolean {
    const [one, two] = [this.#items[a], this.#items[b]]
    if (!one || !two) return false
    return one.at === two.at ? one.nth < two.nth : one.at < two.at
  }
}
