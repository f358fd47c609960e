import { Html } from '@elysiajs/html'

const KEYS: [string[], string][] = [
  [['/'], 'Search'],
  [['j', 'k'], 'Next, previous row'],
  [['o'], 'Open the row'],
  [['r'], 'Restart the session whose page this is'],
  [['g', 's'], 'Go to sessions'],
  [['g', 'e'], 'Go to events'],
  [['?'], 'This help'],
]

export function KeyboardHelp(): JSX.Element {
  return (
    <dialog id="help" class="help" aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div>
            <dt>
              {keys.map((key) => (
                <kbd safe>{key}</kbd>
              ))}
            </dt>
            <dd safe>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
