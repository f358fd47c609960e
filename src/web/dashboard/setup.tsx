import { Html } from '@elysiajs/html'
import type { Sql } from 'postgres'
import { toDocument } from '../../../views/render'
import { SetupPage } from '../../../views/setup/new'
import { AppError } from '../../domain/error'
import type { Instant } from '../../domain/event'
import { html, redirect } from '../answers'
import { isSetupOpen, problemsOf, SETUP_GONE, setUpFirstOperator } from '../auth/operators'
import type { Visit } from '../gate'
import type { LoginDeps } from './login'

export interface SetupDeps extends LoginDeps {
  write: Sql
  now(): Instant
}

/** A wrong link and a used one look the same, whatever is behind them. */
export async function showSetup(deps: SetupDeps, { url, address }: Visit): Promise<Response> {
  await deps.perAddress.take(address)
  const token = url.searchParams.get('token') ?? ''
  if (!(await isSetupOpen(deps.write, token))) throw new AppError('gone', SETUP_GONE)
  return html(toDocument(<SetupPage token={token} />))
}

export async function setUp(deps: SetupDeps, visit: Visit): Promise<Response> {
  await deps.perAddress.take(visit.address)
  const form = await visit.form()
  const field = (name: string) => form.get(name) ?? ''
  const token = field('token')
  const input = { name: field('name'), email: field('email').trim(), password: field('password') }
  const errors = problemsOf(input)
  // The link first: a stranger learns nothing from the form's checks.
  if (!(await isSetupOpen(deps.write, token))) throw new AppError('gone', SETUP_GONE)
  if (Object.keys(errors).length > 0)
    return html(toDocument(<SetupPage token={token} name={input.name} email={input.email} errors={errors} />), { status: 400 })
  await setUpFirstOperator(deps.write, token, input, deps.now())
  const cookies = await deps.auth.logIn(input.email.toLowerCase(), input.password, {
    address: visit.address,
    userAgent: visit.request.headers.get('user-agent') ?? '',
  })
  return redirect('/', cookies ?? [])
}
