import { isIP, type Socket } from "node:net"
import { networkInterfaces } from "node:os"
import type { HttpFetchError } from "@alga-psa/ext-domain/HttpFetch"
import { Effect, type Redacted } from "effect"
import { type AddressRange, whyNotTo } from "../../EgressAddresses.ts"
import { failure } from "./failure.ts"
import { makeLookups, type Resolve } from "./lookups.ts"
import { secured, throughProxy, toAddresses } from "./sockets.ts"

/** Who is called: a host as a URL has it, IPv6 addresses without brackets. */
export interface Callee {
  readonly protocol: string
  readonly hostname: string
  readonly port: number
}

/** How connections are made. */
export interface DialOptions {
  readonly opened: ReadonlyArray<AddressRange>
  readonly resolve: Resolve
  readonly proxy: Redacted.Redacted<URL> | null
  /** Certificates of authorities in place of Node's. */
  readonly ca: string | undefined
}

const ownAddresses = (): ReadonlyArray<string> =>
  Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))

/**
 * Connects to a host. Its name is looked up once, each address judged, and the connection made to those that are open. What it
 * reached is judged again.
 */
export const makeDial = ({ ca, opened, proxy, resolve }: DialOptions) => {
  const lookup = makeLookups(resolve)
  const whyNot = (address: string) => whyNotTo(address, { opened, own: ownAddresses() })

  const openOnly = (addresses: ReadonlyArray<string>) => {
    const reasons = addresses.map(whyNot)
    const open = addresses.filter((_, at) => reasons[at] === null)
    return open.length > 0
      ? Effect.succeed(open)
      : Effect.fail(
          failure("not-allowed", `no address of the host is open: ${[...new Set(reasons)].join(", ") || "none"}`)
        )
  }

  const direct = Effect.fnUntraced(function* (addresses: ReadonlyArray<string>, port: number) {
    const socket = yield* toAddresses(addresses, port)
    const reason = whyNot(socket.remoteAddress ?? "")
    if (reason === null) return socket
    socket.destroy()
    return yield* failure("not-allowed", `the address that was reached is not open: ${reason}`)
  })

  return Effect.fnUntraced(function* ({ hostname, port, protocol }: Callee): Effect.fn.Return<Socket, HttpFetchError> {
    const addresses = yield* openOnly(isIP(hostname) === 0 ? yield* lookup(hostname) : [hostname])
    const [first = ""] = addresses
    const socket = yield* proxy === null ? direct(addresses, port) : throughProxy(proxy, first, port)
    return protocol === "https:" ? yield* secured(socket, hostname, ca) : socket
  })
}
