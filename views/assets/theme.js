// Stands in the head before the stylesheet, so that the first paint already has the chosen theme.
'use strict'
{
  const root = document.documentElement
  const themes = ['system', 'light', 'dark']
  const chosen = () => root.dataset.theme ?? 'system'

  function choose(theme) {
    if (themes.indexOf(theme) > 0) root.dataset.theme = theme
    else delete root.dataset.theme
  }

  function show() {
    for (const button of document.querySelectorAll('[data-theme-toggle]')) {
      button.hidden = false
      button.setAttribute('aria-label', `Theme: ${chosen()}`)
      button.title = `Theme: ${chosen()}`
    }
  }

  root.dataset.js = ''
  try {
    choose(localStorage.getItem('theme'))
  } catch {
    // Storage is forbidden: the system's theme holds.
  }
  addEventListener('DOMContentLoaded', show)
  addEventListener('click', ({ target }) => {
    if (!target.closest('[data-theme-toggle]')) return
    choose(themes[(themes.indexOf(chosen()) + 1) % themes.length])
    show()
    try {
      localStorage.setItem('theme', chosen())
    } catch {
      // It holds until the page is left.
    }
  })
}
