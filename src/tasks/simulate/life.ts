/** The life of one line: pairing, being connected, and the ways in which that ends. Times are seconds of the play. */
import type { Chance } from './chance'
import type { Happening } from './happening'

/** Wait so long, then this happens. `talks` says whether people can write from then on. */
export interface Moment {
  after: number
  happening?: Happening
  talks?: boolean
}

export interface LifeOptions {
  /** Mean seconds of being connected before something happens to the line. */
  steadiness: number
  /** Seconds between two QR codes. WhatsApp takes 20; a play may be faster. */
  qrEvery: number
}

/** How far a line is when the play begins. */
export type Beginning = 'unpaired' | 'paired' | 'connected'

/** Without end. */
export function* life(chance: Chance, options: LifeOptions, beginning: Beginning): Generator<Moment, never> {
  if (beginning === 'connected') {
    yield { after: chance.between(0, 1), happening: { kind: 'connected' }, talks: true }
  } else {
    yield { after: chance.between(0, 3), happening: { kind: 'starting' } }
    if (beginning === 'unpaired') yield* pairing(chance, options)
    yield* comingUp(chance)
  }
  for (;;) {
    yield { after: chance.wait(options.steadiness) }
    const fate = chance.next()
    if (fate < 0.45) yield* flapping(chance)
    else if (fate < 0.6) yield* silence(chance, options)
    else if (fate < 0.85) yield* outage(chance)
    else if (fate < 0.95) yield* loggedOut(chance, options)
    else yield* rejected(chance, options)
  }
}

function* pairing(chance: Chance, { qrEvery }: LifeOptions): Generator<Moment, void> {
  const codes = chance.int(1, 4)
  for (let i = 0; i < codes; i++) yield { after: i === 0 ? 1 : qrEvery, happening: { kind: 'qr', code: qrCode(chance) } }
  if (chance.happens(0.2)) yield { after: 1, happening: { kind: 'pairing_code', code: chance.text(8, 'ABCDEFGHJKLMNPQRSTUVWXYZ123456789') } }
  yield { after: chance.between(1, qrEvery) }
}

function* comingUp(chance: Chance): Generator<Moment, void> {
  for (let percent = chance.int(1, 12); percent < 100; percent += chance.int(9, 30)) {
    yield { after: chance.between(0.2, 0.8), happening: { kind: 'loading', percent } }
  }
  yield { after: 0.3, happening: { kind: 'loading', percent: 100 } }
  yield { after: 0.5, happening: { kind: 'authenticated' } }
  yield { after: chance.between(0.3, 1.5), happening: { kind: 'connected' }, talks: true }
}

/** A bad network: away and back a few times within minutes. */
function* flapping(chance: Chance): Generator<Moment, void> {
  const times = chance.int(1, 5)
  for (let i = 0; i < times; i++) {
    yield { after: i === 0 ? 0 : chance.between(3, 15), happening: { kind: 'reconnecting' }, talks: false }
    yield { after: chance.between(1, 6), happening: { kind: 'connected' }, talks: true }
  }
}

/** Connected by its own account, and yet nothing comes: the failure that only silence shows. */
function* silence(chance: Chance, { steadiness }: LifeOptions): Generator<Moment, void> {
  yield { after: 0, talks: false }
  yield { after: chance.wait(steadiness), talks: true }
}

function* outage(chance: Chance): Generator<Moment, void> {
  yield { after: 0, happening: { kind: 'disconnected', reason: chance.pick(['network', 'replaced', 'stopped']) }, talks: false }
  yield { after: chance.between(5, 30), happening: { kind: 'starting' } }
  yield* comingUp(chance)
}

function* loggedOut(chance: Chance, options: LifeOptions): Generator<Moment, void> {
  yield { after: 0, happening: { kind: 'disconnected', reason: 'logged_out' }, talks: false }
  yield* pairing(chance, options)
  yield* comingUp(chance)
}

function* rejected(chance: Chance, options: LifeOptions): Generator<Moment, void> {
  yield { after: 0, happening: { kind: 'auth_failure', message: 'Unable to restore session' }, talks: false }
  yield { after: chance.between(5, 20), happening: { kind: 'starting' } }
  yield* pairing(chance, options)
  yield* comingUp(chance)
}

/** `2@` with four parts of random bytes and the platform: the text that a phone scans. */
export function qrCode(chance: Chance): string {
  return `2@${chance.base64(72)},${chance.base64(32)},${chance.base64(32)},${chance.base64(32)},1`
}
