import { type FileHandle, open } from 'node:fs/promises'

export interface HeldSyncs {
  /** Syncs that were asked for and have not been let through. */
  readonly waiting: number
  /** Lets the first that waits go on, to the disk; or fails it. */
  next(failure?: Error): void
  /** Nothing is held any more. */
  end(): void
}

/** A disk that takes as long over `fdatasync` as the test wants: what is acknowledged meanwhile was acknowledged too early. */
export async function holdSyncs(): Promise<HeldSyncs> {
  const probe = await open('/dev/null')
  const handles = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const { datasync } = handles
  const held: PromiseWithResolvers<void>[] = []
  handles.datasync = async function (this: FileHandle) {
    const gate = Promise.withResolvers<void>()
    held.push(gate)
    await gate.promise
    return datasync.call(this)
  }
  return {
    get waiting() {
      return held.length
    },
    next(failure) {
      const gate = held.shift()
      if (failure) gate?.reject(failure)
      else gate?.resolve()
    },
    end() {
      handles.datasync = datasync
      for (const gate of held.splice(0)) gate.resolve()
    },
  }
}

/** Has it settled, now that everything which needs no disk has had its turn? */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => void (settled = true)
  promise.then(note, note)
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((next) => setImmediate(next))
  return settled
}
