/** The stylesheet is these files, in this order, joined into `app.css`. */
export const STYLES = [
  'tokens.css',
  'base.css',
  'layout.css',
  'controls.css',
  'counts.css',
  'filters.css',
  'rows.css',
  'session.css',
  'scan.css',
  'timeline.css',
  'events.css',
  'messages.css',
  'tree.css',
  'forms.css',
  'control.css',
  'empty.css',
] as const
