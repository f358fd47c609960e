/** Who appears in the demo, and in what condition. */
import type { Chance } from './chance'
import type { Dialect } from './happening'
import { type Line, newLine } from './happening'
import { phone } from './people'
import { signedDialect } from './signed'
import { wahaDialect } from './waha'
import { wwebjsDialect } from './wwebjs'

export type Part = 'busy' | 'calm' | 'scanning' | 'loading' | 'logged_out' | 'flapping' | 'silent' | 'replaced' | 'rejected' | 'stopped'

export interface Role {
  line: Line
  dialect: Dialect
  part: Part
}

/** The first ones show one condition each; the others are connected and talk. */
export function castOf(sessions: number, chance: Chance): Role[] {
  return Array.from({ length: sessions }, (_, nth) => {
    const special = SPECIAL[nth]
    const [name, pushName] = special ? [special[0], special[1]] : nameOf(nth - SPECIAL.length)
    const line = newLine(name, phone(chance), pushName)
    if (special) return { line, part: special[2], dialect: special[3] }
    return { line, part: chance.happens(0.5) ? 'busy' : 'calm', dialect: DIALECTS[nth % DIALECTS.length] as Dialect }
  })
}

const SPECIAL: readonly [name: string, pushName: string, part: Part, dialect: Dialect][] = [
  ['acme-sales', 'Acme Sales', 'busy', wahaDialect],
  ['clinic-night', 'Night Clinic', 'logged_out', signedDialect],
  ['shop-es', 'Tienda España', 'scanning', wwebjsDialect],
  ['hotel-lisboa', 'Hotel Lisboa', 'loading', wwebjsDialect],
  ['courier-berlin', 'Kurier Berlin', 'flapping', wahaDialect],
  ['bakery-orders', 'Bäckerei Korn', 'silent', wahaDialect],
  ['garage-front-desk', 'Garage Rossi', 'replaced', signedDialect],
  ['travel-br', 'Viagens Brasil', 'rejected', wwebjsDialect],
  ['school-office', 'School Office', 'stopped', wahaDialect],
]

/** WAHA and our own envelope tell whose number it is, wwebjs-api does not: most rows should say it. */
const DIALECTS = [wahaDialect, signedDialect, wahaDialect, wwebjsDialect] as const

const HOUSES = [
  ['acme', 'Acme'],
  ['clinic', 'City Clinic'],
  ['shop', 'Shop'],
  ['pharmacy', 'Pharmacy'],
  ['gym', 'Gym'],
  ['optics', 'Optics'],
  ['legal', 'Legal'],
  ['dental', 'Dental'],
  ['realty', 'Realty'],
] as const
const DESKS = [
  ['support', 'Support'],
  ['de', 'Deutschland'],
  ['br', 'Brasil'],
  ['billing', 'Billing'],
  ['booking', 'Booking'],
  ['fr', 'France'],
] as const

/** Different names up to houses × desks, numbered ones after that. */
function nameOf(nth: number): [name: string, pushName: string] {
  const column = nth % HOUSES.length
  const round = Math.floor(nth / HOUSES.length)
  const [house, House] = HOUSES[column] as (typeof HOUSES)[number]
  const [desk, Desk] = DESKS[(column + round) % DESKS.length] as (typeof DESKS)[number]
  const suffix = round < DESKS.length ? '' : `-${round}`
  return [`${house}-${desk}${suffix}`, `${House} ${Desk}`]
}
