/** What the contents of the assets are called; whoever serves them says so at start. Without a name a browser asks each time. */
const versions = new Map<string, string>()

export function setAssetVersions(known: Iterable<readonly [name: string, version: string]>): void {
  for (const [name, version] of known) versions.set(name, version)
}

/** `app.css?v=9Zk2…`: another content is another URL, so that no browser shows an old one after an upgrade. */
export function versioned(name: string): string {
  const version = versions.get(name)
  return version === undefined ? name : `${name}?v=${version}`
}
