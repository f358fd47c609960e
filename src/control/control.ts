import { CodeFetcher } from './codes'
import { type ControlDeps, Controls } from './controls'
import { SenderWatch } from './watch'

export interface Control {
  controls: Controls
  codes: CodeFetcher
  watch: SenderWatch
  /** Ends all questions that are under way and waits until that is written down. */
  close(): Promise<void>
}

/** Everything that asks senders, wired. */
export function createControl(deps: ControlDeps & { failed(cause: unknown): void }): Control {
  const controls = new Controls(deps)
  const codes = new CodeFetcher(controls, deps.failed)
  const watch = new SenderWatch(controls, deps.failed)
  return {
    controls,
    codes,
    watch,
    async close() {
      await controls.close()
      await Promise.all([codes.settle(), watch.settle()])
    },
  }
}
