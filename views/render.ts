/**
 * Kita's JSX is typed as "string or promise", because a component may be async. Ours never are: a view does no I/O.
 * This is the one place that says so, and the one that puts the doctype before a whole document.
 */
export function toHtml(element: JSX.Element): string {
  if (typeof element !== 'string') throw new TypeError('a view must not be async')
  return element
}

export function toDocument(element: JSX.Element): string {
  return `<!doctype html>${toHtml(element)}`
}
