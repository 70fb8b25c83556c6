import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdir, readFile, rename } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

/** The engine in a component. */
export type Engine = "quickjs" | "starlingmonkey"

const flags: Readonly<Record<Engine, ReadonlyArray<string>>> = {
  quickjs: ["--backend", "qjs", "--backend-qjs-stub-wasi", "--backend-qjs-disable-async"],
  starlingmonkey: ["-d", "all"]
}

const resolve = createRequire(import.meta.url).resolve
const jco = join(dirname(resolve("@bytecodealliance/jco")), "jco.js")
const wit = join(dirname(resolve("@alga-psa/ext-adapters-wit/package.json")), "wit")
const source = fileURLToPath(new URL("./guest/work.js", import.meta.url))

/** The component that does the work, built once for each content of its source and kept in a folder. */
export const workComponent = async (engine: Engine, keep: string): Promise<Uint8Array> => {
  const hash = createHash("sha256")
    .update(await readFile(source))
    .digest("hex")
    .slice(0, 16)
  const file = join(keep, "sandbox", `work-${engine}-${hash}.wasm`)
  try {
    return await readFile(file)
  } catch {
    await mkdir(dirname(file), { recursive: true })
  }
  const unfinished = `${file}.${process.pid}`
  const target = ["--wit", wit, "--world-name", "runner", "-o", unfinished]
  await promisify(execFile)(process.execPath, [jco, "componentize", "work.js", ...target, ...flags[engine]], {
    cwd: dirname(source)
  })
  await rename(unfinished, file)
  return readFile(file)
}

/** The component with a section that means nothing, so that nobody has seen it before. */
export const neverSeen = (component: Uint8Array): Uint8Array => {
  const name = Buffer.from(`seen ${process.hrtime.bigint()}`)
  return Buffer.concat([component, Uint8Array.of(0, name.byteLength + 1, name.byteLength), name])
}
