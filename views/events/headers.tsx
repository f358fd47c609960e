import { Html } from '@elysiajs/html'

/** The headers of a delivery as they are kept: without credentials. */
export function Headers({ headers }: { headers: Record<string, string> }): JSX.Element {
  return (
    <table class="headers">
      <caption>Headers, secrets redacted</caption>
      <tbody>
        {Object.entries(headers).map(([name, value]) => (
          <tr>
            <th scope="row">
              <code safe>{name}</code>
            </th>
            <td>
              <code safe>{value}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
