import type { Sql } from 'postgres'
import type { Instant } from '../domain/event'
import { listOpenControls, type OpenControl } from '../store/source-controls'
import type { Vault } from '../store/vault'
import { type Api, openApi } from './client'
import type { Controller } from './controller'
import { findController } from './controllers'

/** A source's API, ready to be asked. */
export interface Link {
  sourceId: string
  /** Its slug. */
  source: string
  controller: Controller
  api: Api
}

const KEPT_MS = 5_000

/** The links of all sources, read again every 5 s (other instances change them too) and at once after a change of our own. */
export class LinkBook {
  #links = new Map<string, Link>()
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  #changes = 0

  constructor(
    private readonly sql: Sql,
    private readonly vault: Vault,
    private readonly now: () => Instant,
    private readonly signal: AbortSignal,
  ) {}

  async find(sourceId: string): Promise<Link | undefined> {
    return (await this.all()).get(sourceId)
  }

  async all(): Promise<ReadonlyMap<string, Link>> {
    if (this.now() - this.#readAt >= KEPT_MS) await (this.#reading ??= this.#read())
    return this.#links
  }

  forget(): void {
    this.#changes++
    this.#reading = null
    this.#readAt = Number.NEGATIVE_INFINITY
  }

  async #read(): Promise<void> {
    const startedAt = this.now()
    const before = this.#changes
    const controls = await listOpenControls(this.sql, this.vault).finally(() => {
      if (before === this.#changes) this.#reading = null
    })
    // What was changed meanwhile is in the reading that follows.
    if (before !== this.#changes) return
    this.#links = new Map(controls.flatMap((control) => this.#linkOf(control)))
    this.#readAt = startedAt
  }

  /** One whose key another ENCRYPTION_KEY sealed is none: the source's page says so, and lets an admin enter it anew. */
  #linkOf(control: OpenControl): [string, Link][] {
    const controller = findController(control.api)
    if (!controller || control.key === undefined) return []
    return [[control.sourceId, linkTo(control, controller, { baseUrl: control.baseUrl, key: control.key }, this.signal)]]
  }
}

export function linkTo(
  { sourceId, source }: Pick<Link, 'sourceId' | 'source'>,
  controller: Controller,
  { baseUrl, key }: { baseUrl: string; key: string | null },
  signal?: AbortSignal,
): Link {
  const headers = key === null || key === '' ? {} : (controller.authorise?.(key) ?? {})
  return { sourceId, source, controller, api: openApi({ baseUrl, key, ...(signal && { signal }) }, headers) }
}
