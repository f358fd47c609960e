import { Html } from '@elysiajs/html'
import { paths } from '../paths'

export interface SetupHint {
  /** `https://…/api/whatsapp/webhook`, without a session. */
  webhookUrl: string
  /** Where the secret can be found, in words: "printed at the first start", "WEBHOOK_SECRET in your environment". */
  secretHint: string
}

/** Nothing has ever arrived: the next step, ready to be copied. */
export function FirstSteps({ setup }: { setup: SetupHint }): JSX.Element {
  return (
    <section class="empty first-steps" id="list" aria-labelledby="first-steps">
      <h2 id="first-steps">Waiting for the first event</h2>
      <p>
        Point your sender at Linekeeper; the session appears here by itself. The secret is <span safe>{setup.secretHint}</span>.
      </p>
      <h3>wwebjs-api</h3>
      <p>Put these lines into its environment and restart it:</p>
      <pre tabindex="0" data-copy safe>
        {envLines(setup)}
      </pre>
      <p>
        Another sender? <a href={paths.connectSource('default')}>The lines of each one</a>, or <a href={paths.sources()}>a source of its own</a>.
      </p>
      <h3>Or try it now</h3>
      <p>This shows a session named “demo” with a QR to scan:</p>
      <pre tabindex="0" data-copy safe>
        {curlLines(setup)}
      </pre>
    </section>
  )
}

/** The filter matches nothing. */
export function NothingFound(): JSX.Element {
  return (
    <section class="empty" id="list" aria-labelledby="nothing-found">
      <h2 id="nothing-found">No session matches</h2>
      <p>
        Every session is still there. <a href={paths.sessions()}>Show all sessions</a>
      </p>
    </section>
  )
}

/** wwebjs-api sends its own API key as `x-api-key` with each webhook; that is the one proof it can give. */
function envLines({ webhookUrl }: SetupHint): string {
  return `BASE_WEBHOOK_URL=${webhookUrl}\nAPI_KEY=<the secret>\nENABLE_WEBHOOK=true`
}

function curlLines({ webhookUrl }: SetupHint): string {
  return [
    `curl -X POST '${webhookUrl}/demo' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -H "X-Api-Key: $WEBHOOK_SECRET" \\`,
    `  -d '{"dataType":"qr","data":{"qr":"2@demo"},"sessionId":"demo"}'`,
  ].join('\n')
}
