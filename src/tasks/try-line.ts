/** A delivery as wwebjs-api sends it when a session has connected. */
const SAMPLE = '{"sessionId":"hello","dataType":"ready"}'

/**
 * A curl line that the server at `url` accepts as it stands. It carries the signature of this one body instead of the
 * secret, which is shown once and not in every terminal's scrollback.
 */
export function tryLine(url: string, secret: string): string {
  const signature = new Bun.CryptoHasher('sha256', secret).update(SAMPLE).digest('hex')
  return `curl -sS '${url}/api/whatsapp/webhook/hello' -H 'content-type: application/json' -H 'x-webhook-signature: sha256=${signature}' -d '${SAMPLE}'`
}
