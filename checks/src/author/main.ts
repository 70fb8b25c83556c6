/**
 * An author's whole way, by npm, from packed packages and an empty folder: starts an extension, follows the guide on pages, looks at the page
 * in `alga-ext dev`, keeps an execution as a test, and packs. `.ci/long` runs it; it ends with 1 where something does not come of it, or it takes ten minutes.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { follow } from "../../../packages/extension-cli/test/support/Guide.ts"
import { outputOf, run } from "../release/Commands.ts"
import { publishedPackages, root } from "../release/Packages.ts"
import { pack } from "../release/Tarballs.ts"
import { must, step } from "../Steps.ts"

const longest = 600_000

/** npm, which finds our packages among the packed ones. */
const byNpm = `
npm() {
  if [[ "$*" == "create alga-extension "* ]]; then
    local name=$3
    shift 4
    command npx --yes --package "$CREATE" -- create-alga-extension "$name" "$@"
    return
  fi
  if [[ "$1" == install ]]; then "$NODE" "$OVERRIDE"; fi
  command npm "$@"
}
`

/** Makes a project take our packages from where they were packed. */
const override = (files: Readonly<Record<string, string>>) => `
import { readFileSync, writeFileSync } from "node:fs"
const files = ${JSON.stringify(files)}
const manifest = JSON.parse(readFileSync("package.json", "utf8"))
for (const kind of ["dependencies", "devDependencies"]) {
  for (const name of Object.keys(manifest[kind] ?? {})) manifest[kind][name] = files[name] ?? manifest[kind][name]
}
const asked = { ...manifest.dependencies, ...manifest.devDependencies }
manifest.overrides = Object.fromEntries(Object.entries(files).filter(([name]) => !(name in asked)))
writeFileSync("package.json", JSON.stringify(manifest))
`

const begun = performance.now()

const text = async (address: string): Promise<string> => {
  const answer = await fetch(address)
  const body = await answer.text()
  must(answer.ok, `${address} answers ${answer.status}: ${body}`)
  return body
}

/** The address that `alga-ext dev` prints, once the build is good. */
const ready = async (dev: ChildProcess): Promise<string> => {
  let address = ""
  for await (const line of createInterface(dev.stdout as NodeJS.ReadableStream)) {
    address = /^Open (http\S+)$/.exec(line)?.[1] ?? address
    if (line.startsWith("Ready in")) return address
    must(!line.startsWith("The build failed"), line)
  }
  throw new Error("dev ended before it was ready")
}

/** The first execution that the panel of `dev` shows. */
const firstExecution = async (address: string, session: string): Promise<string> => {
  const events = await fetch(`${address}/dev/events?session=${session}`)
  let seen = ""
  for await (const part of events.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    seen += part
    const [, bench] = /^data: (.*)\n\n/m.exec(seen) ?? []
    if (bench !== undefined) return JSON.parse(bench).executions[0].id
  }
  throw new Error("the panel says nothing")
}

/** What "Keep as test" does. */
const keepAsTest = async (address: string, page: string): Promise<void> => {
  const [, session = ""] = /"session":"([^"]+)"/.exec(page) ?? []
  const kept = await fetch(`${address}/dev/keep`, {
    method: "POST",
    headers: { "x-alga-host-session": session, "content-type": "application/json" },
    body: JSON.stringify({ execution: await firstExecution(address, session) })
  })
  const answer = await kept.text()
  must(kept.ok && JSON.parse(answer).error === null, `no test is kept: ${kept.status} ${answer}`)
}

const look = async (extension: string): Promise<void> => {
  // npm would end without what it started.
  const dev = spawn("node_modules/.bin/alga-ext", ["dev", "--port", "0"], {
    cwd: extension,
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    const address = (await ready(dev)).replace(/\/$/, "")
    const page = await text(`${address}/`)
    must(page.includes("iframe"), "dev shows no page")
    const { names } = JSON.parse(await text(`${address}/as/admin/api/without-email`))
    must(Array.isArray(names) && names.length > 0, "the handler names no client")
    await keepAsTest(address, page)
  } finally {
    dev.kill("SIGINT")
    if (dev.exitCode === null) await once(dev, "close")
  }
}

const folder = await realpath(await mkdtemp(join(tmpdir(), "alga-author-")))
const late = setTimeout(() => {
  console.error(`author: not done after ${longest / 60_000} minutes`)
  process.exit(1)
}, longest)
try {
  const tarballs = await step("the packages are packed", async () => {
    const packed = await Promise.all((await publishedPackages()).map((from) => pack(from, folder)))
    return packed.map((one) => {
      if (typeof one === "string") throw new Error(one)
      return one
    })
  })
  const files = Object.fromEntries(tarballs.map(({ file, name }) => [name, `file:${file}`]))
  const script = join(folder, "override.mjs")
  await writeFile(script, override(files))
  const empty = join(folder, "empty")
  await mkdir(empty)
  const env = { CREATE: files["create-alga-extension"] ?? "", OVERRIDE: script }
  const guide = await readFile(join(root, "docs/guides/write-a-page.md"), "utf8")
  const extension = await step("the guide on pages leads to a packed bundle", () =>
    follow(guide, empty, { folder }, env, byNpm)
  )
  await step("dev shows the page and what its handler answers, and keeps that as a test", () => look(extension))
  await step("the recorded test passes, and the bundle is packed again", async () => {
    must((await readFile(join(extension, "test/recorded.test.ts"), "utf8")).includes("replayRecordings"), "no test")
    for (const args of [["test"], ["run", "pack"]]) {
      const ended = await run("npm", args, extension)
      must(ended.code === 0, `npm ${args.join(" ")}: ${outputOf(ended)}`)
    }
  })
  const { size } = await stat(join(extension, "dist/bundle.tar.zst"))
  console.log(
    `author: all is well, in ${((performance.now() - begun) / 1000).toFixed(0)} s; the bundle has ${size} bytes`
  )
} finally {
  clearTimeout(late)
  await rm(folder, { recursive: true, force: true })
}
