import { inUnits, SILENCES } from '../../../views/sources/settings'
import { AppError } from '../../domain/error'
import type { AllowanceOverrides } from '../../store/allowances'

/** A century is as good as never, and Postgres still counts it. */
const LONGEST_MS = 36_525 * 86_400_000

/**
 * What the fields of a form say, all empty ones null. A field that says what it showed leaves it as it is in `before`: the API sets
 * milliseconds, the form shows them rounded. @throws AppError `invalid` with the label of the field.
 */
export function readSilences(form: URLSearchParams, before: AllowanceOverrides): AllowanceOverrides {
  const silences: AllowanceOverrides = { staleAfterMs: null, qrExpiresAfterMs: null, connectingTimeoutMs: null }
  for (const { name, of, unitMs, label } of SILENCES) {
    const text = form.get(name)?.trim() ?? ''
    if (text === '') continue
    const known = before[of]
    const value = known !== null && text === String(inUnits(known, unitMs)) ? known : Number(text) * unitMs
    if (!/^\d+$/.test(text) || value < 1_000 || value > LONGEST_MS) throw new AppError('invalid', `${label}: a whole number, or nothing for the usual`)
    silences[of] = value
  }
  return silences
}
