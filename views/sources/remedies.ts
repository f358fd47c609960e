/** What an operator can do about a refusal. The reasons themselves are words of src/signing and src/web; none says which byte was wrong. */

/** Where the reason does not name the remedy itself, behind its colon. */
const REMEDIES: Record<string, string> = {
  missing: "Let the sender prove itself with this source's secret; its lines are under “Connect”.",
  malformed: 'The header is there, but not in the form that this proof has: compare the settings of the sender with those under “Connect”.',
  mismatch: 'The sender has another secret. Compare its last characters with those of the live ones here; if it is lost, rotate to a new one.',
  expired: 'Too old when it came: compare the clocks of both machines, and see whether a proxy holds deliveries back or repeats them.',
  future: "The sender's clock is ahead of ours: let both machines keep time (NTP).",
  no_secret: 'Make a secret here and give it to the sender.',
  unknown_source: 'Compare the URL at the sender with those of the sources above, letter by letter.',
  too_large: 'Raise MAX_BODY_BYTES, or let the sender leave attachments out of its webhooks.',
  rate_limited: 'More than is allowed in ten seconds: raise RATE_LIMIT_… if that is how much it should send.',
}

/** A refusal as a sentence, and the next step as another. */
export function remedyOf({ code, message }: { code: string; message: string }): { reason: string; remedy: string } {
  const colon = message.indexOf(': ')
  const [reason, told] = colon < 0 ? [message, null] : [message.slice(0, colon), message.slice(colon + 2)]
  return { reason: sentence(reason), remedy: told === null ? (REMEDIES[code] ?? '') : `${sentence(told)}.` }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
