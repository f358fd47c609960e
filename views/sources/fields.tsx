import { Html } from '@elysiajs/html'
import { attr } from '../format'
import type { ProofChoice } from './model'
import { ProofList } from './proof'

/** A labelled input of these forms. */
export function TextField(props: {
  name: string
  label: string
  value?: string | undefined
  hint?: string
  required?: boolean
  pattern?: string
  type?: 'text' | 'number'
  placeholder?: string
  maxlength?: number
}): JSX.Element {
  const { name, label, value, hint, required = false, pattern, type = 'text', placeholder, maxlength } = props
  return (
    <p class="field">
      <label for={attr(name)} safe>
        {label}
      </label>
      <input
        id={attr(name)}
        name={attr(name)}
        type={type}
        min={type === 'number' ? '1' : undefined}
        value={attr(value ?? '')}
        required={required}
        pattern={pattern === undefined ? undefined : attr(pattern)}
        placeholder={placeholder === undefined ? undefined : attr(placeholder)}
        maxlength={maxlength}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby={hint === undefined ? undefined : attr(`${name}-hint`)}
      />
      {hint !== undefined && (
        <small id={attr(`${name}-hint`)} safe>
          {hint}
        </small>
      )}
    </p>
  )
}

export function SelectField({
  name,
  label,
  value,
  options,
}: {
  name: string
  label: string
  value: string
  options: readonly { id: string; label: string }[]
}): JSX.Element {
  return (
    <p class="field">
      <label for={attr(name)} safe>
        {label}
      </label>
      <select id={attr(name)} name={attr(name)}>
        {options.map((option) => (
          <option value={attr(option.id)} selected={option.id === value} safe>
            {option.label}
          </option>
        ))}
      </select>
    </p>
  )
}

/** How deliveries shall prove themselves: the sender's own way first, the others folded away. */
export function ProofField({ choices, value }: { choices: readonly ProofChoice[]; value: string }): JSX.Element {
  const [first, ...others] = choices
  if (!first) return ''
  return (
    <fieldset class="choose-proof">
      <legend>How its deliveries prove themselves</legend>
      <ProofOption choice={first} value={value} />
      <details open={value !== first.id}>
        <summary>Other ways</summary>
        {others.map((choice) => (
          <ProofOption choice={choice} value={value} />
        ))}
      </details>
    </fieldset>
  )
}

function ProofOption({ choice, value }: { choice: ProofChoice; value: string }): JSX.Element {
  return (
    <label class="option">
      <input type="radio" name="proof" value={attr(choice.id)} checked={choice.id === value} />
      <span>
        <b safe>{choice.title}</b>
        <ProofList proofs={choice.proofs} />
      </span>
    </label>
  )
}
