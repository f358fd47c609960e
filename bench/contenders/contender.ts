/** Whoever is measured: by how many rows or requests a second, and at what cost. */
export interface Contender {
  id: string
  label: string
  start(): Promise<void>
  /** One run. */
  measure(seconds: number): Promise<Figure>
  /** Open loop, where there is one. */
  measureAt?(rate: number, seconds: number): Promise<Figure>
  stop(): Promise<void>
}

export interface Figure {
  perSecond: number
  p50?: number
  p99?: number
  /** Cores used while it ran: by the generator, the server and Postgres. */
  cores: { generator?: number; server?: number; postgres?: number; others?: number }
  /** What was answered with 200, or committed. */
  kept: number
  /** Anything that makes the figure doubtful. */
  notes: string[]
}
