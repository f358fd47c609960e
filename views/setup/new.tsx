import { Html } from '@elysiajs/html'
import { Flash } from '../errors/flash'
import { attr } from '../format'
import { Plain } from '../layouts/plain'
import { paths } from '../paths'
import { Field } from '../shared/field'

export interface SetupPageProps {
  /** The one-time token of the set-up link. */
  token: string
  name?: string
  email?: string
  error?: string
  errors?: Partial<Record<'name' | 'email' | 'password', string>>
}

/** First run: there is no default account, so this makes the first one. */
export function SetupPage({ token, name, email, error, errors = {} }: SetupPageProps): JSX.Element {
  return (
    <Plain title="Set up">
      <form class="card gate" method="post" action={paths.setup()}>
        <h1>Welcome to Linekeeper</h1>
        <p class="soft">Create the first operator. This link works once.</p>
        {error !== undefined && <Flash kind="error" message={error} />}
        <input type="hidden" name="token" value={attr(token)} />
        <Field name="name" label="Your name" type="text" autocomplete="name" value={name} error={errors.name} autofocus />
        <Field name="email" label="E-mail" type="email" autocomplete="username" value={email} error={errors.email} />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          minlength={12}
          hint="At least 12 characters. A few unrelated words make a good one."
          error={errors.password}
        />
        <button type="submit" class="main">
          Create operator
        </button>
      </form>
    </Plain>
  )
}
