/** Talks to the generator process. */

import { join } from 'node:path'
import type { Subprocess } from 'bun'
import { type Load, type LoadPlan, READY } from './generator'

export class Generator {
  readonly #child: Subprocess<'pipe', 'pipe', 'inherit'>
  readonly #lines: AsyncIterator<string>

  constructor() {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, 'generator.ts')], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    this.#lines = linesOf(this.#child.stdout)
  }

  /** `begun` is called when the requests are made and the clock starts. */
  async run(plan: LoadPlan, begun: () => void = () => {}): Promise<Load> {
    this.#child.stdin.write(`${JSON.stringify(plan)}\n`)
    this.#child.stdin.flush()
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error('The load generator ended: its error stands above')
      if (value === READY) begun()
      else return JSON.parse(value) as Load
    }
  }

  async close(): Promise<void> {
    this.#child.stdin.end()
    await this.#child.exited
  }
}

export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
