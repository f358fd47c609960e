// Copies the text beside a button. Where the page did not come over https the clipboard is closed to scripts, but not to a selection.
'use strict'
{
  const show = (root) => {
    for (const button of root.querySelectorAll('[data-copies]')) button.hidden = false
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text.textContent)
    } catch {
      getSelection().selectAllChildren(text)
      document.execCommand('copy')
      getSelection().removeAllRanges()
    }
  }
  addEventListener('click', async ({ target }) => {
    const button = target.closest('[data-copies]')
    if (!button) return
    await copy(button.parentElement.querySelector('[data-copy]'))
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 2000)
  })
  addEventListener('htmx:after:swap', () => show(document))
  show(document)
}
