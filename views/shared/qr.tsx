/**
 * A QR code as one SVG path: black on white in both themes, with the quiet zone of four modules that scanners need.
 */
import { Html } from '@elysiajs/html'
import { create } from 'qrcode'

export interface QrMatrix {
  size: number
  /** Row by row; 1 is dark. */
  modules: Uint8Array
}

const QUIET_ZONE = 4

/** The costly half (milliseconds); callers keep the result for as long as the code lives. */
export function qrMatrix(text: string): QrMatrix {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  return { size: modules.size, modules: Uint8Array.from(modules.data) }
}

export function Qr({ matrix, label }: { matrix: QrMatrix; label: string }): JSX.Element {
  const side = matrix.size + 2 * QUIET_ZONE
  return (
    <svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={qrPath(matrix)} fill="#000" />
    </svg>
  )
}

/** Dark runs of each row as rectangles one module high. */
export function qrPath({ size, modules }: QrMatrix): string {
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!modules[y * size + x]) continue
      const start = x
      while (x < size && modules[y * size + x]) x++
      path += `M${start + QUIET_ZONE} ${y + QUIET_ZONE}h${x - start}v1h${start - x}z`
    }
  }
  return path
}
