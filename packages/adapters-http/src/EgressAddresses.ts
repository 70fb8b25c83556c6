import { Result } from "effect"
import ipaddr from "ipaddr.js"

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** A range of addresses: its first address and how many of its bits count. */
export type AddressRange = readonly [Address, number]

const isIPv4 = (address: Address): address is ipaddr.IPv4 => address.kind() === "ipv4"

const isWithin = (address: Address, [first, bits]: AddressRange): boolean =>
  address.kind() === first.kind() && address.match(first, bits)

const range = (text: string): AddressRange => ipaddr.parseCIDR(text)

/** Where Azure's machines find the service that configures them: an address of the public range. */
const platformServices = [range("168.63.129.16/32")]
/** All that is given out of IPv6 to be reached from everywhere. */
const globalIPv6 = range("2000::/3")
const translated = range("64:ff9b::/96")

/** The address that an IPv6 address stands for where it only carries one of IPv4: mapped, or translated by NAT64. */
const carried = (address: Address): Address => {
  if (isIPv4(address)) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  return isWithin(address, translated) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address
}

/** Reads an address as the system does. A URL has each IPv6 address in one form; ipaddr.js takes `::1.2.3.4` for a mapped one. */
const parse = (text: string): Address | null => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  const url = ipaddr.IPv6.isValid(text) ? URL.parse(`http://[${text.replace(/%.*$/, "")}]/`) : null
  return url === null ? null : ipaddr.IPv6.parse(url.hostname.slice(1, -1))
}

const read = (text: string): Address | null => {
  const address = parse(text)
  return address === null ? null : carried(address)
}

/** Why an address is not public, or null if it is. */
const special = (address: Address): string | null => {
  if (platformServices.some((one) => isWithin(address, one))) return "metadata"
  const name = address.range()
  if (name !== "unicast") return name
  return isIPv4(address) || isWithin(address, globalIPv6) ? null : "reserved"
}

/** What an address is judged by. */
export interface AddressRules {
  /** These are open whatever they are. */
  readonly opened: ReadonlyArray<AddressRange>
  /** The addresses of the machine at the moment. */
  readonly own: ReadonlyArray<string>
}

/**
 * Why nothing may be sent to an address: the range that it lies in, such as `private` or `loopback`, or `own`. Null where it may: it
 * is public or lies in a range that was opened.
 */
export const whyNotTo = (text: string, { opened, own }: AddressRules): string | null => {
  const address = read(text)
  if (address === null) return "no address"
  if (opened.some((one) => isWithin(address, one))) return null
  const plain = address.toString()
  return special(address) ?? (own.some((one) => read(one)?.toString() === plain) ? "own" : null)
}

/** The first address of the range that an address lies in. */
const firstOf = (address: Address, bits: number): Address =>
  isIPv4(address)
    ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)

const rangeOf = (text: string): AddressRange | null => {
  const [, before = "", after] = /^([0-9a-f:.]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const address = parse(before)
  if (address === null || carried(address) !== address) return null
  const most = isIPv4(address) ? 32 : 128
  const bits = after === undefined ? most : Number(after)
  return bits <= most && firstOf(address, bits).toString() === address.toString() ? [address, bits] : null
}

/**
 * Reads addresses and ranges, with commas between them, such as `10.1.2.3, 10.2.0.0/16, fd00::/8`. Fails with what is wrong, and
 * names the entry by its number.
 */
export const parseAddressRanges = (text: string): Result.Result<ReadonlyArray<AddressRange>, string> => {
  const ranges = text.split(",").map((one) => (one.trim() === "" ? [] : [rangeOf(one.trim())]))
  const wrong = ranges.findIndex(([one]) => one === null)
  return wrong < 0
    ? Result.succeed(ranges.flat().filter((one) => one !== null))
    : Result.fail(
        `must have addresses or ranges such as 10.1.2.3, 10.2.0.0/16 or fd00::/8; entry ${wrong + 1} is invalid. ` +
          "A range begins with its first address, and an IPv4 address is written as one"
      )
}
