/** How throughput and waits grow: each axis alone, every point beside the usual load of the same round. */
import type { HttpContender, LoadShape } from '../contenders/http'
import { median } from '../statistics'

export interface Point {
  label: string
  perSecond: number
  /** By the usual load of the same round. */
  ofUsual: number
  p50: number
  p99: number
  /** Of bodies, a second. */
  megabytes: number
}

export interface Curve {
  axis: string
  points: Point[]
}

const AXES: { axis: string; points: { label: string; shape: Partial<LoadShape> }[] }[] = [
  { axis: 'sessions', points: [1, 100, 10_000].map((sessions) => ({ label: sessions.toLocaleString('en'), shape: { sessions } })) },
  { axis: 'body', points: [300, 1_000, 4_000, 64_000].map((bodyBytes) => ({ label: `${bodyBytes / 1_000} KB`, shape: { bodyBytes } })) },
  { axis: 'connections', points: [1, 16, 64, 512].map((connections) => ({ label: String(connections), shape: { connections } })) },
]

const USUAL_BYTES = 1_000
const ROUNDS = 3

export async function measureGrowth(ours: HttpContender, seconds: number, progress: (line: string) => void): Promise<Curve[]> {
  const curves: Curve[] = []
  for (const { axis, points } of AXES) {
    const rounds = new Map(points.map((point) => [point, [] as Point[]]))
    // Whoever comes for the first time is looked up, not remembered.
    for (const point of points) await ours.measureUnder(point.shape, seconds)
    for (let round = 0; round < ROUNDS; round++) {
      const usual = await ours.measure(seconds)
      for (const point of points) {
        const figure = await ours.measureUnder(point.shape, seconds)
        const megabytes = (figure.perSecond * (point.shape.bodyBytes ?? USUAL_BYTES)) / 1e6
        const { perSecond, p50 = Number.NaN, p99 = Number.NaN } = figure
        rounds.get(point)?.push({ label: point.label, perSecond, ofUsual: perSecond / usual.perSecond, p50, p99, megabytes })
        progress(`${axis} ${point.label}, round ${round + 1}/${ROUNDS}: ${Math.round(perSecond)}/s, p99 ${p99.toFixed(1)} ms`)
      }
    }
    curves.push({ axis, points: points.map((point) => middle(rounds.get(point) as Point[])) })
  }
  return curves
}

function middle(points: Point[]): Point {
  const of = (pick: (point: Point) => number) => median(points.map(pick))
  return {
    label: points[0]?.label ?? '',
    perSecond: of((point) => point.perSecond),
    ofUsual: of((point) => point.ofUsual),
    p50: of((point) => point.p50),
    p99: of((point) => point.p99),
    megabytes: of((point) => point.megabytes),
  }
}
