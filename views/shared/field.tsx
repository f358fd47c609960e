import { Html } from '@elysiajs/html'
import { attr } from '../format'

export interface FieldProps {
  name: string
  label: string
  type: 'text' | 'email' | 'password'
  autocomplete: string
  value?: string | undefined
  hint?: string
  error?: string | undefined
  minlength?: number
  autofocus?: boolean
}

/** A labelled input with its hint and its error, both tied to it for screen readers. */
export function Field({ name, label, type, autocomplete, value, hint, error, minlength, autofocus }: FieldProps): JSX.Element {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return (
    <p class={error ? 'field wrong' : 'field'}>
      <label for={name} safe>
        {label}
      </label>
      <input
        id={name}
        name={name}
        type={type}
        autocomplete={autocomplete}
        required
        value={value === undefined ? undefined : attr(value)}
        minlength={minlength}
        autofocus={autofocus}
        aria-describedby={described || undefined}
        aria-invalid={error ? 'true' : undefined}
      />
      {hint !== undefined && (
        <small id={`${name}-hint`} safe>
          {hint}
        </small>
      )}
      {error !== undefined && (
        <small class="error" id={`${name}-error`} safe>
          {error}
        </small>
      )}
    </p>
  )
}
