import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { parse } from "yaml"
import { newestIn, notedPackages, noteOf, sectionOf, withSection } from "../src/release/ChangeLog.ts"
import { differentVersions, namedVersions } from "../src/release/OneVersion.ts"
import { root, workspacePackages } from "../src/release/Packages.ts"

const read = (path: string) => readFile(join(root, path), "utf8")

const note = (names: ReadonlyArray<string>, text: string): string =>
  `---\n${names.map((name) => `"@alga-psa/ext-${name}": minor\n`).join("")}---\n\n${text}\n`

describe("The change log", () => {
  const notes = [
    note(["domain"], "A port.\n\nIts second paragraph."),
    note(["runner", "domain"], "A setting."),
    note(["adapters-wit", "extension-sdk", "runner"], "A call."),
    note([], "")
  ].map(noteOf)

  it("gets a section of the notes, each once, with the first reader of its packages", () => {
    assert.strictEqual(
      sectionOf("0.2.0", notes),
      [
        "## 0.2.0",
        "### For authors of extensions",
        "- A call.",
        "### For operators",
        "- A setting.",
        "### For who builds on the packages",
        "- A port.\n\n  Its second paragraph."
      ].join("\n\n")
    )
  })

  it("has the newest version first", () => {
    const text = withSection("# Change log\n\nOf $& all.\n\n## 0.1.0\n\nFirst.\n", "## 0.2.0\n\n- $& costs $1.")
    assert.strictEqual(text, "# Change log\n\nOf $& all.\n\n## 0.2.0\n\n- $& costs $1.\n\n## 0.1.0\n\nFirst.\n")
    assert.strictEqual(newestIn(text), "0.2.0")
    assert.isNull(newestIn("# Change log\n"))
  })

  it("has a reader for every package, and all of them go from version to version together", async () => {
    const names = (await workspacePackages()).map(({ manifest }) => manifest.name).sort()
    assert.deepEqual(notedPackages.toSorted(), names)
    const { changelog, fixed } = JSON.parse(await read(".changeset/config.json"))
    assert.isFalse(changelog)
    assert.deepEqual(
      fixed.map((group: ReadonlyArray<string>) => group.toSorted()),
      [names]
    )
  })
})

describe("A version", () => {
  it("is the same in the packages, the change log, the README, the chart and the manifests", async () => {
    const named = await namedVersions()
    assert.isAbove(named.length, 20)
    assert.deepEqual(differentVersions(named), [])
    assert.deepEqual(
      differentVersions([
        { file: "packages/a/package.json", version: "0.2.0" },
        { file: "CHANGELOG.md", version: "0.1.0" }
      ]),
      ["CHANGELOG.md says 0.1.0, packages/a/package.json says 0.2.0"]
    )
  })

  it("is published with proof of where it was built, once the checks have passed and no note is left", async () => {
    const { jobs } = parse(await read(".github/workflows/release.yml"))
    const runs = (job: string): ReadonlyArray<string> => jobs[job].steps.flatMap(({ run = [] }) => run)
    assert.deepEqual(jobs.packages.needs, ["check", "chart", "version"])
    assert.deepEqual(jobs.packages.permissions, { contents: "read", "id-token": "write" })
    assert.match(runs("packages").at(-1) ?? "", / publish --provenance --access public /)
    assert.include(runs("packages").join("\n"), "repository.ts")
    assert.include(runs("version").join("\n"), "find .changeset")
    for (const job of ["site", "image"]) assert.includeMembers(jobs[job].needs, ["check", "version"])
  })
})
