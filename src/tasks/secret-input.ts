import { AppError } from '../domain/error'

/** One line from the terminal, unseen, or all of standard input; never an argument, which `ps` and the shell's history show. */
export async function readSecretInput(question: string): Promise<string> {
  const text = process.stdin.isTTY ? await ask(question) : await Bun.stdin.text()
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw new AppError('invalid', 'Nothing was given on standard input')
  return secret
}

const ENTER = new Set(['\r', '\n', '\u0004'])
const CTRL_C = '\u0003'
const BACKSPACE = '\u007f'

function ask(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  return new Promise((done, fail) => {
    let typed = ''
    const finish = (end: () => void) => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.removeListener('data', read)
      stderr.write('\n')
      end()
    }
    const read = (chunk: Buffer) => {
      for (const key of chunk.toString('utf8')) {
        if (ENTER.has(key)) return finish(() => done(typed))
        if (key === CTRL_C) return finish(() => fail(new AppError('invalid', 'Cancelled')))
        typed = key === BACKSPACE ? typed.slice(0, -1) : typed + key
      }
    }
    stdin.on('data', read).resume()
  })
}
