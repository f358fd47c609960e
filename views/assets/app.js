// What the pages do beyond reading: fresh times, the QR's countdown, the live indicator, tails, keys. No build step.
'use strict'
{
  const all = (selector) => [...document.querySelectorAll(selector)]
  const one = (selector) => document.querySelector(selector)
  const on = addEventListener.bind(window)
  const live = one('#live')

  // --- times -------------------------------------------------------------------------------------------------------

  // The same words as views/format.ts; a test compares the two.
  function duration(ms) {
    const whole = (unit) => Math.floor(Math.max(0, ms) / unit)
    if (ms < 6e4) return `${whole(1e3)} s`
    if (ms < 36e5) return `${whole(6e4)} min`
    if (ms < 864e5) return `${whole(36e5)} h`
    const days = whole(864e5)
    return days === 1 ? '1 day' : `${days} days`
  }
  function ago(at, now) {
    const ms = now - at
    if (ms < -1e3) return `in ${duration(-ms)}`
    return ms < 5e3 ? 'just now' : `${duration(ms)} ago`
  }

  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  const formats = {
    s: new Intl.DateTimeFormat(undefined, clock),
    ms: new Intl.DateTimeFormat(undefined, { ...clock, fractionalSecondDigits: 3 }),
    full: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
  }

  function refreshTimes() {
    const now = Date.now()
    for (const time of all('time[datetime]')) {
      const at = Date.parse(time.dateTime)
      const { clock: kind, for: since } = time.dataset
      const text = kind ? formats[kind].format(at) : since === undefined ? ago(at, now) : duration(now - at)
      if (time.textContent !== text) time.textContent = text
    }
  }

  function countDown() {
    const now = Date.now()
    for (const ring of all('.ring')) {
      const { from, until } = ring.dataset
      const end = Date.parse(until)
      const left = Math.min(1, Math.max(0, (end - now) / (end - Date.parse(from))))
      ring.lastElementChild.setAttribute('stroke-dasharray', `${left} 1`)
      const code = ring.closest('[data-code]')
      code.classList.toggle('over', left === 0)
      code.querySelector('[data-expiry]').textContent = left > 0 ? `expires in ${duration(end - now)}` : 'Expired: the next one follows'
    }
  }

  function refreshAll() {
    refreshTimes()
    countDown()
    const worst = one('#worst')
    if (!worst) return
    document.title = (worst.value > 0 ? `(${worst.value}) ` : '') + document.title.replace(/^\(\d+\) /, '')
    one('#favicon').href = `/assets/favicon-${worst.dataset.level}.svg`
  }

  on('pointerover', ({ target }) => {
    if (target.localName === 'time') target.title = formats.full.format(Date.parse(target.dateTime))
  })
  on('htmx:after:swap', refreshAll)
  setInterval(countDown, 1000)
  setInterval(refreshTimes, 5000)
  refreshAll()

  // --- live --------------------------------------------------------------------------------------------------------

  let missed = false
  function show(state, word) {
    const indicator = one('#live-state')
    if (!indicator || indicator.dataset.state === state) return
    indicator.dataset.state = state
    indicator.lastElementChild.textContent = state === 'on' ? 'Live' : `${word} since ${formats.s.format(Date.now()).slice(0, 5)}`
  }
  // Nothing moves under a reader who marks text or has a menu open; afterwards everything is fetched once.
  const isHeld = () => !getSelection().isCollapsed || one('.menu[open]')
  function catchUp() {
    if (!live || isHeld()) return
    if (one('#live-state').dataset.state === 'held') show('on')
    if (missed) htmx.trigger(live, 'resync')
    missed = false
  }
  if (live) {
    on('htmx:sse:after:connection', () => show('on'))
    for (const name of ['before:connection', 'error', 'close']) on(`htmx:sse:${name}`, () => show('off', 'Not live'))
    on('htmx:sse:before:message', (event) => {
      if (!isHeld()) return
      event.preventDefault()
      missed = true
      show('held', 'Paused')
    })
    on('selectionchange', catchUp, true)
    on('toggle', catchUp, true)
  }

  // --- tails -------------------------------------------------------------------------------------------------------

  let waiting = []
  const isNew = ({ id }) => !document.getElementById(id) && !waiting.some((row) => row.id === id)
  const putOnTop = (tail, rows) => {
    tail.prepend(...rows)
    while (tail.children.length > tail.dataset.tail) tail.lastElementChild.remove()
  }
  const wait = (rows) => {
    const pill = one('[data-pill]')
    waiting = rows
    pill.hidden = rows.length === 0
    pill.textContent = `${rows.length} new`
  }
  on('htmx:before:swap', ({ detail: { tasks } }) => {
    for (const task of [...tasks]) {
      const tail = task.target
      if (!tail?.matches('[data-tail]')) continue
      tasks.splice(tasks.indexOf(task), 1)
      const rows = [...task.fragment.children].filter(isNew)
      if (tail.getBoundingClientRect().top > 0) putOnTop(tail, rows)
      else wait([...rows, ...waiting].slice(0, tail.dataset.tail))
    }
  })
  on('click', ({ target }) => {
    if (!target.closest('[data-pill]')) return
    const tail = one('[data-tail]')
    const rows = waiting
    wait([])
    putOnTop(tail, rows.filter(isNew))
    refreshTimes()
    tail.parentElement.scrollIntoView()
  })

  // --- keys, forms, menus ------------------------------------------------------------------------------------------

  const focusedRow = () => document.activeElement.closest('.row,.event')
  const moveBy = (step) => {
    const rows = all('.row,.event')
    const at = rows.indexOf(focusedRow())
    const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step]
    row?.querySelector('a').focus()
    row?.scrollIntoView({ block: 'nearest' })
  }
  const closeMenus = (around) => {
    for (const menu of all('.menu[open]')) menu.open = menu.contains(around)
  }
  let wentG = 0
  const go = (path) => Date.now() - wentG < 1500 && location.assign(path)
  const keys = {
    '/': () => one('[data-search]')?.focus(),
    j: () => moveBy(1),
    k: () => moveBy(-1),
    o: () => focusedRow()?.querySelector('a').click(),
    // As the button does, but asks: a key is hit sooner than a button.
    r: () => {
      const button = one('[data-ask]:enabled')
      if (button?.checkVisibility() && confirm(button.dataset.ask)) button.click()
    },
    '?': () => one('#help')?.showModal(),
    g: () => (wentG = Date.now()),
    s: () => go('/'),
    e: () => go('/events'),
  }
  on('keydown', (event) => {
    const { target, key } = event
    if (key === 'Escape') closeMenus(null)
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input,select,textarea,dialog[open]') || !Object.hasOwn(keys, key)) return
    event.preventDefault()
    keys[key]()
  })
  on('click', ({ target }) => {
    closeMenus(target)
    if (target.closest('[data-help]')) one('#help').showModal()
    if (!target.closest('a,button,summary') && getSelection().isCollapsed) target.closest('.row')?.querySelector('a').click()
  })
  for (const button of all('[data-help]')) button.hidden = false
  // Keeps `?q=&status=&sort=` out of addresses.
  on('formdata', ({ target, formData }) => {
    if (target.method === 'get') for (const [name, value] of [...formData]) if (!value) formData.delete(name)
  })
}
