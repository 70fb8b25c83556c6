import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type AddressRange, parseAddressRanges, whyNotTo } from "../src/EgressAddresses.ts"

const ranges = (text: string): ReadonlyArray<AddressRange> => Result.getOrThrow(parseAddressRanges(text))
const why = (address: string, opened = "", own: ReadonlyArray<string> = []) =>
  whyNotTo(address, { opened: ranges(opened), own })

describe("An address", () => {
  it.each([
    ["127.0.0.1", "loopback"],
    ["127.8.9.10", "loopback"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["169.254.169.254", "linkLocal"],
    ["168.63.129.16", "metadata"],
    ["100.64.0.1", "carrierGradeNat"],
    ["100.100.100.200", "carrierGradeNat"],
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["192.0.0.192", "reserved"],
    ["192.0.2.1", "reserved"],
    ["198.18.0.1", "reserved"],
    ["240.0.0.1", "reserved"],
    ["192.31.196.1", "as112"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::7f00:1", "reserved"],
    ["::127.0.0.1", "reserved"],
    ["::8.8.8.8", "reserved"],
    ["fe80::1", "linkLocal"],
    ["fe80::1%eth0", "linkLocal"],
    ["fec0::1", "deprecatedSiteLocal"],
    ["fc00::1", "uniqueLocal"],
    ["fd00:ec2::254", "uniqueLocal"],
    ["ff02::1", "multicast"],
    ["2001:db8::1", "reserved"],
    ["3fff::1", "reserved"],
    ["5f00::1", "segmentRouting"],
    ["4000::1", "reserved"],
    ["100::1", "discard"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["::ffff:169.254.169.254", "linkLocal"],
    ["::ffff:0:127.0.0.1", "rfc6145"],
    ["64:ff9b::7f00:1", "loopback"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b::169.254.169.254", "linkLocal"],
    ["64:ff9b:1::808:808", "rfc6052"],
    ["2002:7f00:1::1", "6to4"],
    ["2002:808:808::1", "6to4"],
    ["2001:0:7f00:1::", "teredo"],
    ["2001:2::1", "benchmarking"],
    ["2001:20::1", "orchid2"],
    ["127.1", "no address"],
    ["2130706433", "no address"],
    ["0x7f.0.0.1", "no address"],
    ["0177.0.0.1", "no address"],
    ["localhost", "no address"],
    ["", "no address"]
  ])("is not open: %s, which is %s", (address, range) => {
    assert.strictEqual(why(address), range)
  })

  it.each(["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])(
    "is open: %s",
    (address) => {
      assert.isNull(why(address))
    }
  )

  it("of the machine is not open, however it is written", () => {
    const own = ["203.0.112.7", "2a00:1450::7", "fe80::7%eth0"]
    for (const address of ["203.0.112.7", "::ffff:203.0.112.7", "64:ff9b::cb00:7007", "2a00:1450:0::0007"]) {
      assert.strictEqual(why(address, "", own), "own", address)
      assert.isNull(why(address, "", ["203.0.112.8"]), address)
    }
  })

  it.each([
    ["10.0.0.1", "10.0.0.1", "10.0.0.2"],
    ["10.0.0.1", "10.0.0.0/24", "10.0.1.1"],
    ["::ffff:10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2"],
    ["127.0.0.1", "127.0.0.0/8", "::1"],
    ["::1", "::1", "127.0.0.1"],
    ["fd00::1", "fd00::/8", "fc00::1"],
    ["169.254.169.254", "169.254.169.254", "169.254.169.253"]
  ])("that was listed is open: %s by %s, and %s is not", (address, listed, other) => {
    assert.isNull(why(address, ` ${listed} ,,`))
    assert.isNotNull(why(other, listed))
  })

  it("of the machine is open where it was listed", () => {
    assert.isNull(why("10.0.0.1", "10.0.0.1", ["10.0.0.1"]))
  })
})

describe("A list of addresses", () => {
  it.each([
    "localhost",
    "10.0.0.1/33",
    "10.0.0.1/8",
    "10.1/16",
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "fd00::1/8",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/104",
    "64:ff9b::a00:1",
    "*",
    "10.0.0.1-10.0.0.9",
    "example.com"
  ])("refuses %s, by its number and without showing it", (text) => {
    const problem = Result.match(parseAddressRanges(`10.0.0.1,${text}`), { onFailure: String, onSuccess: () => "" })
    assert.include(problem, "entry 2 is invalid")
    assert.notInclude(problem, `${text} `)
  })
})
