/** Whose address a request has, when proxies stand in between. Pure. */
import { BlockList, isIP } from 'node:net'
import type { TrustedProxies } from '../../config'

/** Anything that can say where a connection comes from; Bun's server does. Null under app.handle(). */
export type PeerSource = { requestIP(request: Request): { address: string } | null } | null

/** Made once; the returned function is asked per request. */
export function createClientAddress(trusted: TrustedProxies): (request: Request, server: PeerSource) => string {
  const proxies = trusted.cidrs.length > 0 ? inNetworks(trusted.cidrs) : trusted.hops
  return (request, server) => {
    const peer = plain(server?.requestIP(request)?.address ?? 'unknown')
    const forwarded = proxies === 0 ? null : request.headers.get('x-forwarded-for')
    return forwarded ? addressBehind(peer, forwarded, proxies) : peer
  }
}

/**
 * Walks from the connection's own address back through X-Forwarded-For, past as many proxies as are trusted. What stands
 * further to the left was written by a stranger.
 */
export function addressBehind(peer: string, forwardedFor: string, trusted: number | ((address: string) => boolean)): string {
  const chain = [...forwardedFor.split(',').map((part) => plain(part.trim())), peer]
  let at = chain.length - 1
  for (let hops = 0; at > 0; hops++, at--) {
    const address = chain[at] as string
    if (typeof trusted === 'number' ? hops >= trusted : !trusted(address)) break
    if (isIP(chain[at - 1] as string) === 0) break
  }
  return chain[at] as string
}

function inNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits] = network.split('/')
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(base, family)
    else list.addSubnet(base, Number(bits), family)
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Without the port, brackets or IPv4-in-IPv6 wrapping that proxies and sockets add. */
function plain(address: string): string {
  const bare = address.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(bare) ? bare.slice(0, bare.indexOf(':')) : bare
}
