/** The worst state of all sessions, as the tab title and the favicon carry it. */
export interface Worst {
  level: 'ok' | 'wait' | 'down'
  /** How many sessions need a person. */
  count: number
}

export const ALL_WELL: Worst = { level: 'ok', count: 0 }

export function titleOf(title: string, worst: Worst): string {
  const name = title === 'Linekeeper' ? title : `${title} · Linekeeper`
  return worst.count > 0 ? `(${worst.count}) ${name}` : name
}
