import type { Config } from 'drizzle-kit'

/** `bun run db:generate` writes the next migration; PARTITION BY and the like are then added to it by hand. */
export const config: Config = { dialect: 'postgresql', schema: './db/schema.ts', out: './db/migrations' }

export default config
