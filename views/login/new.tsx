import { Html } from '@elysiajs/html'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import { Plain } from '../layouts/plain'
import { paths } from '../paths'
import { Field } from '../shared/field'

export interface LoginPageProps {
  email?: string
  /** Never tells whether the address is known: "That e-mail and password do not belong together." */
  error?: string
  /** Where to go afterwards; a path of this site, checked by the server. */
  next?: string
}

export function LoginPage({ email, error, next }: LoginPageProps): JSX.Element {
  return (
    <Plain title="Log in">
      <form class="card gate" method="post" action={paths.login()}>
        <h1>Log in</h1>
        {error !== undefined && <Flash kind="error" message={error} />}
        {next !== undefined && <input type="hidden" name="next" value={attr(next)} />}
        <Field name="email" label="E-mail" type="email" autocomplete="username" value={email} autofocus={!email} />
        <Field name="password" label="Password" type="password" autocomplete="current-password" autofocus={Boolean(email)} />
        <button type="submit" class="main">
          Log in
        </button>
      </form>
    </Plain>
  )
}
