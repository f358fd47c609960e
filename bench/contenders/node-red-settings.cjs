/**
 * Settings of Node-RED for the benchmark: no editor, no log but errors, and what its function node may use. The flow is in
 * node-red-flow.json: HTTP in, one function, HTTP response.
 */
const { PORT, DATABASE_URL, WEBHOOK_SECRET, PEER_MODULES, PEER_STORE } = process.env
const pg = require(`${PEER_MODULES}/pg`)
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
const peer = import(PEER_STORE)

module.exports = {
  uiPort: Number(PORT),
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  flowFile: 'flow.json',
  credentialSecret: false,
  logging: { console: { level: 'error' } },
  // The proof is over the bytes. The node's own "do not parse" knows no URL with a parameter (4.1.8).
  httpNodeMiddleware(req, _res, next) {
    const chunks = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => {
      Object.assign(req, { body: Buffer.concat(chunks), _body: true, skipRawBodyParser: true })
      next()
    })
  },
  functionGlobalContext: {
    async keep(name, raw, about) {
      const { isProved, store } = await peer
      if (!isProved(WEBHOOK_SECRET, about.headers['x-webhook-signature'], raw)) return { status: 401, answer: { ok: false } }
      return { status: 200, answer: { ok: true, duplicate: await store(pool, name, JSON.parse(raw.toString('utf8')), raw, about) } }
    },
  },
}
