import type { SchemeCheck } from './scheme'

/** No proof at all: for senders that can give none and are kept apart by the network. Accepts everything, names no secret. */
export const checkNone: SchemeCheck<'none'> = () => ({ ok: true, scheme: 'none', secretId: null })
