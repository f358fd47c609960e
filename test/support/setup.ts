/** Preloaded by bunfig.toml: what must happen once around the whole run. */
import { afterAll } from 'bun:test'
import { stopTestCluster } from './database'

// Its last checkpoint may take a while on a busy disk.
afterAll(stopTestCluster, 60_000)
