/** A process that fills a journal, says so, and waits to be killed. */
import { JOURNAL_LIMITS, Journal } from '../../src/journal/journal'

const [root = '', count = '0'] = process.argv.slice(2)
const journal = await Journal.open(root, { ...JOURNAL_LIMITS, maxBytes: 64 << 20 })
for (let nth = 0; nth < Number(count); nth++) await journal.append(new TextEncoder().encode(`record ${nth}`), nth)
console.log('filled')
setInterval(() => {}, 1_000)
