import { type FileHandle, open } from 'node:fs/promises'

/** One 2xx, as it was understood. */
export interface Acknowledgement {
  number: number
  /** Which post of this number it answers, from 1. */
  nth: number
  session: string
  /** The id in the answer; null when the answer broke off behind its first line. */
  id: string | null
  duplicate: boolean
  /** Of the body that was sent. */
  digest: string
}

/** What was promised, on disk before it counts: the verdict reads it from there. */
export class Acknowledgements {
  #waiting: { line: string; written: () => void; failed: (cause: unknown) => void }[] = []
  #writing: Promise<void> | undefined

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  static async open(path: string): Promise<Acknowledgements> {
    return new Acknowledgements(await open(path, 'a'), path)
  }

  /** Resolves when it is on disk. */
  note(acknowledgement: Acknowledgement): Promise<void> {
    return new Promise((written, failed) => {
      this.#waiting.push({ line: `${JSON.stringify(acknowledgement)}\n`, written, failed })
      this.#writing ??= this.#write()
    })
  }

  /** Everything that was ever noted. */
  async readAll(): Promise<Acknowledgement[]> {
    await this.#writing
    const text = await Bun.file(this.path).text()
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Acknowledgement)
  }

  async close(): Promise<void> {
    await this.#writing
    await this.file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        await this.file.appendFile(batch.map(({ line }) => line).join(''))
        await this.file.datasync()
        for (const { written } of batch) written()
      } catch (cause) {
        for (const { failed } of batch) failed(cause)
      }
    }
    this.#writing = undefined
  }
}
