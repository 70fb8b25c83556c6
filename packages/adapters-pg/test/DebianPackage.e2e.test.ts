import { execFileSync } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { vi } from "vitest"
import { debianPackage } from "../testing/DebianPackage.ts"

const flock = execFileSync("sh", ["-c", "command -v flock"], { encoding: "utf8" }).trim()

/**
 * They stand in for apt and dpkg, which cannot be held or made to fail in their midst: `begun` and `go` hold one, `fails` ends it.
 * Where the lists are `old`, `updating` and `go` hold the first that brings them up to date.
 */
const programs = {
  flock: `echo >>"$STAND/waiting"; exec ${flock} "$@"`,
  "apt-cache": '[ ! -e "$STAND/old" ] || exit 1; echo "  Depends: libc"',
  "apt-get": `if [ "$1" != update ]; then : >a.deb; exit; fi
    mkdir "$STAND/lists"
    if mkdir "$STAND/first" 2>/dev/null; then echo >"$STAND/updating"; cat "$STAND/go"; fi
    rm -f "$STAND/old"; rmdir "$STAND/lists"`,
  "dpkg-deb": `mkdir -p "$3"; : >"$3/program"; [ ! -e "$STAND/fails" ] || exit 1
    if [ -e "$STAND/begun" ] && mkdir "$STAND/held" 2>/dev/null; then echo >"$STAND/begun"; cat "$STAND/go"; fi
    : >"$3/library"`
}

const folders = async () => {
  const stand = await mkdtemp(join(tmpdir(), "alga-debian-"))
  onTestFinished(() => rm(stand, { recursive: true }))
  await mkdir(join(stand, "bin"))
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(stand, "bin", name), `#!/bin/sh\nset -e\n${text}\n`, { mode: 0o755 })
  }
  vi.stubEnv("STAND", stand)
  vi.stubEnv("PATH", `${join(stand, "bin")}${delimiter}${process.env["PATH"]}`)
  return { stand, folder: join(stand, "kept") }
}

const whole = ["library", "program"]
const filesOf = async (folder: string) => (await readdir(folder)).sort()

describe("A package of Debian's", () => {
  it("is had whole by two who fetch it at once into one folder", async () => {
    const { folder, stand } = await folders()
    execFileSync("mkfifo", [join(stand, "begun"), join(stand, "go")])
    const first = debianPackage({ name: "a", file: "program", folder })
    await readFile(join(stand, "begun"))
    const second = await debianPackage({ name: "a", file: "program", folder })
    assert.deepStrictEqual(await filesOf(second), whole)
    await writeFile(join(stand, "go"), "")
    assert.deepStrictEqual(await filesOf(await first), whole)
    assert.lengthOf(await readdir(folder), 1)
  })

  it("is had by two who both find old lists", async () => {
    const { folder, stand } = await folders()
    await writeFile(join(stand, "old"), "")
    execFileSync("mkfifo", [join(stand, "updating"), join(stand, "go")])
    const fetched = (name: string) => debianPackage({ name: "a", file: "program", folder: join(folder, name) })
    const first = fetched("first").then(filesOf)
    await readFile(join(stand, "updating"))
    const second = fetched("second").then(filesOf)
    await vi.waitUntil(async () => (await readFile(join(stand, "waiting"), "utf8")).length === 2, { timeout: 120_000 })
    await writeFile(join(stand, "go"), "")
    assert.deepStrictEqual([await first, await second], [whole, whole])
  })

  it("is fetched anew where it was had in part", async () => {
    const { folder, stand } = await folders()
    await writeFile(join(stand, "fails"), "")
    const fetched = () => debianPackage({ name: "a", file: "program", folder }).then(filesOf)
    assert.isNull(await fetched().catch(() => null))
    await rm(join(stand, "fails"))
    assert.deepStrictEqual(await fetched(), whole)
    assert.lengthOf(await readdir(folder), 1)
  })
})
