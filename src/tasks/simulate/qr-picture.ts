import { PNG } from 'pngjs'
import QRCode from 'qrcode'

/** As wuzapi draws it (qrcode.Medium, 256 pixels). */
const SIDE = 256
const QUIET = 4

/** A QR code as the picture that a sender would post: `data:image/png;base64,…`. */
export function qrPicture(code: string): string {
  const { modules } = QRCode.create(code, { errorCorrectionLevel: 'M' })
  const scale = Math.max(1, Math.floor(SIDE / (modules.size + 2 * QUIET)))
  const side = Math.max(SIDE, scale * (modules.size + 2 * QUIET))
  const margin = (side - scale * modules.size) >> 1
  const data = Buffer.alloc(side * side, 255)
  for (let y = 0; y < modules.size * scale; y++) {
    for (let x = 0; x < modules.size * scale; x++) {
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale))) data[(margin + y) * side + margin + x] = 0
    }
  }
  const gray = { colorType: 0, inputColorType: 0, inputHasAlpha: false } as const
  const png = new PNG({ width: side, height: side, ...gray })
  png.data = data
  return `data:image/png;base64,${PNG.sync.write(png, gray).toString('base64')}`
}
