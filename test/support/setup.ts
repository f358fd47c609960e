/** Preloaded by bunfig.toml: what must happen once around the whole run. */
import { afterAll } from 'bun:test'
import { stopTestCluster } from './database'

afterAll(stopTestCluster)
