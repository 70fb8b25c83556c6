import { type DatabaseAddress, type DatabaseHost, isSocket, type TlsMode } from "../../DatabaseAddress.ts"

/** One way to a server. */
export interface Attempt {
  readonly host: DatabaseHost
  readonly encrypted: boolean
}

const plain = [false]
const encrypted = [true]
const ways: Readonly<Record<TlsMode, ReadonlyArray<boolean>>> = {
  disable: plain,
  allow: [false, true],
  prefer: [true, false],
  require: encrypted,
  "verify-ca": encrypted,
  "verify-full": encrypted
}

/** The ways to the servers of an address, in the order in which libpq tries them. A socket has no TLS. */
export const attemptsOf = ({ hosts, tls }: DatabaseAddress): ReadonlyArray<Attempt> =>
  hosts.flatMap((host) => (isSocket(host) ? plain : ways[tls.mode]).map((encrypted) => ({ host, encrypted })))
