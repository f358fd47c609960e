/**
 * Every status and the ways between them, with where the session is now. A ring, read clockwise from the upper left:
 * pairing runs along the top, life along the bottom, and a lost connection goes up again.
 */
import { Html } from '@elysiajs/html'
import type { Status } from '../../src/domain/event'
import { STATUS_LOOKS } from '../shared/status'

const CELL = { width: 108, height: 64 }
const NODE = { width: 94, height: 30 }

const NODES: Record<Status, { column: number; row: number; word: string }> = {
  new: { column: 0, row: 0, word: 'new' },
  starting: { column: 1, row: 0, word: 'starting' },
  qr: { column: 2, row: 0, word: 'QR shown' },
  loading: { column: 3, row: 0, word: 'loading' },
  auth_failure: { column: 0, row: 1, word: 'auth failure' },
  disconnected: { column: 1, row: 1, word: 'disconnected' },
  connected: { column: 2, row: 1, word: 'connected' },
  authenticated: { column: 3, row: 1, word: 'authenticated' },
}

const WAYS: [Status, Status][] = [
  ['new', 'starting'],
  ['starting', 'qr'],
  ['qr', 'loading'],
  ['loading', 'authenticated'],
  ['authenticated', 'connected'],
  ['connected', 'disconnected'],
  ['disconnected', 'starting'],
  ['starting', 'auth_failure'],
]

export function StateChart({ status }: { status: Status }): JSX.Element {
  return (
    <svg class="chart" viewBox="0 0 432 112" role="img" aria-label={`State chart; it is now ${STATUS_LOOKS[status].word.toLowerCase()}`}>
      {WAYS.map(([from, to]) => (
        <path class="way" d={wayBetween(from, to)} />
      ))}
      {Object.entries(NODES).map(([name, node]) => {
        const { x, y } = centre(node)
        return (
          <g class={name === status ? `now ${STATUS_LOOKS[status].tone}` : undefined}>
            <rect x={x - NODE.width / 2} y={y - NODE.height / 2} width={NODE.width} height={NODE.height} rx="9" />
            <text x={x} y={y + 4}>
              {node.word as 'a word of ours'}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

function centre({ column, row }: { column: number; row: number }): { x: number; y: number } {
  return { x: column * CELL.width + CELL.width / 2, y: row * CELL.height + 24 }
}

/** A straight line from border to border, with its arrow head. */
function wayBetween(from: Status, to: Status): string {
  const a = centre(NODES[from])
  const b = centre(NODES[to])
  const dx = Math.sign(b.x - a.x)
  const dy = Math.sign(b.y - a.y)
  if (dx !== 0 && dy !== 0) return arrow(a.x - 30, a.y + NODE.height / 2, b.x + 30, b.y - NODE.height / 2)
  return arrow(a.x + (dx * NODE.width) / 2, a.y + (dy * NODE.height) / 2, b.x - (dx * NODE.width) / 2, b.y - (dy * NODE.height) / 2)
}

function arrow(x1: number, y1: number, x2: number, y2: number): string {
  const angle = Math.atan2(y2 - y1, x2 - x1)
  const wing = (turn: number): string => `${round(x2 - 5 * Math.cos(angle + turn))} ${round(y2 - 5 * Math.sin(angle + turn))}`
  return `M${x1} ${y1}L${x2} ${y2}M${wing(0.6)}L${x2} ${y2}L${wing(-0.6)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
