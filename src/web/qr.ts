import QRCode from 'qrcode'
import { type QrMatrix, qrMatrix, qrPath } from '../../views/shared/qr'

/** Codes live for a minute and are drawn for every look at them: the last ones are kept. */
const KEPT = 200
const matrices = new Map<string, QrMatrix>()

/** Null when there is no code, or it is longer than any QR can hold. */
export function matrixOf(code: string | null): QrMatrix | null {
  if (code === null || code === '') return null
  const known = matrices.get(code)
  if (known) return known
  try {
    const matrix = qrMatrix(code)
    if (matrices.size >= KEPT) matrices.delete(matrices.keys().next().value as string)
    matrices.set(code, matrix)
    return matrix
  } catch {
    // A sender may send anything as a code; what cannot be drawn is shown as text.
    return null
  }
}

/** A document of its own: one path, black on white, with the quiet zone. */
export function qrSvg(matrix: QrMatrix): string {
  const side = matrix.size + 8
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side * 8}" height="${side * 8}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${qrPath(matrix)}"/></svg>`
}

export function qrPng(code: string): Promise<Uint8Array> {
  return QRCode.toBuffer(code, { errorCorrectionLevel: 'M', margin: 4, scale: 8 })
}
