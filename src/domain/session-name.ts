/**
 * What a session may be called. Its name is its identity, so no rule here may give two of them the same name, and none may
 * give one that no URL can carry: `.` and `..` as parts of a path are resolved away by every client, ours and the senders'.
 */

const MAX_LENGTH = 200
const MARK_LENGTH = 16

/** Whether a session can have this name: 1 to 200 UTF-16 units, and a page of its own. */
export function isSessionName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_LENGTH && name !== '.' && name !== '..'
}

/**
 * The session that a URL names, from its decoded segment; null when it names none, as one of NULs alone. A longer name ends in a
 * hash of the whole, so that two which begin alike stay two.
 */
export function sessionNameFromUrl(segment: string | undefined): string | null {
  const name = segment?.replaceAll('\0', '').toWellFormed() ?? ''
  const kept = name.length > MAX_LENGTH ? shortened(name) : name
  return isSessionName(kept) ? kept : null
}

function shortened(name: string): string {
  const mark = new Bun.CryptoHasher('sha256').update(name).digest('hex').slice(0, MARK_LENGTH)
  return `${name.slice(0, MAX_LENGTH - MARK_LENGTH - 1).toWellFormed()}…${mark}`
}
