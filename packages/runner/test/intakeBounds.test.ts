import { readFileSync } from "node:fs"
import { archiveBounds, archiveTimes, rememberedRefusals, transpileTimes } from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { archiveBytes } from "../src/BundleStore.ts"
import { waitingBundles } from "../src/Components.ts"
import { rememberedPages, waitingPages } from "../src/ExtensionUi.ts"
import { partOfTenant } from "../src/IntakeSizes.ts"
import { sizesOf } from "../src/Sizes.ts"

const kibibyte = 1_024
const mebibyte = 1_024 * kibibyte

const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8")
const [, table = ""] = page.split("| of | bound |\n| --- | --- |\n")

const number = (value: number): string => value.toLocaleString("en")
const size = (bytes: number): string =>
  bytes < mebibyte ? `${bytes / kibibyte} KiB` : `${number(bytes / mebibyte)} MiB`
const time = ({ processorMs, timeoutMs }: typeof archiveTimes | typeof transpileTimes): string =>
  `${timeoutMs / 1_000} seconds, ${processorMs / 1_000} of processor time`

const sizes = (memoryMb: number) =>
  sizesOf({}, { memoryMb, memoryFrom: "machine", processors: 4, pids: null }, { inMemory: false, bytes: null })
const intake = (gibibytes: number) => sizes(gibibytes * 1_024).intake
const large = sizes(1_048_576)

describe("the bounds of archives in the operator's page", () => {
  it("are those that hold", () => {
    const of = archiveBounds
    assert.deepStrictEqual(table.split("\n\n")[0]?.split("\n"), [
      `| an archive | ${size(archiveBytes)}, one zstd frame, a window of at most ${size(of.windowBytes)}, nothing after it but one empty frame |`,
      `| what it unpacks to | ${size(of.unpackedBytes)}, ${number(of.files)} files, ${number(of.entries)} files and directories, ${size(of.namesBytes)} of paths |`,
      "| entries | only files and directories, each path once; no links, devices or sparse files |",
      `| tar headers with long names or attributes (pax, GNU) | ${size(of.extensionBytes)} each, ${size(of.extensionsBytes)} together |`,
      `| \`manifest.json\` | ${size(of.manifestBytes)}, ${of.manifestDepth} levels, ${of.manifestList} capabilities, ${of.manifestText} characters a text |`,
      "| `dist/main.wasm` | `ALGA_EXTENSION_RUNNER_LIMIT_COMPONENT_BYTES` |",
      `| the files below \`ui/\` | ${size(of.pageBytes)} |`,
      `| opening an archive | ${time(archiveTimes)} |`,
      `| transpiling a component | ${time(transpileTimes)} |`,
      `| bundles that are fetched at the same time | one for each GiB of memory, at most ${large.intake.bundles}; one tenant may have half of them, rounded up; ${waitingBundles} wait |`,
      `| components that are transpiled at the same time | ${intake(3).components} below 4 GiB of memory, else ${large.intake.components}; one tenant may have ${partOfTenant(large.intake.components)} |`,
      `| pages that are opened at the same time | the same; ${waitingPages} wait |`,
      `| pages in memory | ${rememberedPages}; together a thirty-second of the memory, ${sizes(1).pageBytes / mebibyte} to ${size(large.pageBytes)} |`
    ])
  })

  it("follow from the memory as it says", () => {
    assert.deepStrictEqual(
      [0.5, 1, 3, 4, 64].map((memory) => intake(memory).bundles),
      [1, 1, 3, 4, 4]
    )
    assert.deepStrictEqual(
      [1, 3.9, 4, 64].map((memory) => intake(memory).components),
      [1, 1, 2, 2]
    )
    assert.deepStrictEqual(
      [1, 3.9, 4, 64].map((memory) => intake(memory).pages),
      [1, 1, 2, 2]
    )
    assert.deepStrictEqual([1, 2, 3, 4].map(partOfTenant), [1, 1, 2, 2])
    assert.strictEqual(sizes(2_048).pageBytes, (2_048 / 32) * mebibyte)
  })

  it("are kept in mind for as long as it says", () => {
    assert.strictEqual(rememberedRefusals.milliseconds, 5 * 60_000)
    assert.match(page.replace(/\s+/g, " "), /A refused bundle is refused again by its hash for five minutes/)
  })
})
