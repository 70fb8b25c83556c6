/**
 * Writes the copy of jco that a release carries: its `component` entry as one module, the WebAssembly that this loads, and
 * their licence. All else that jco depends on is for building components.
 */
import { copyFile, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const folder = process.argv[2] ?? fileURLToPath(new URL("../dist/jco", import.meta.url))
const component = fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))
const bindgen = dirname(createRequire(component).resolve("@bytecodealliance/jco-transpile/component"))
const { license, name, version } = JSON.parse(await readFile(join(dirname(component), "../package.json"), "utf8"))

await rm(folder, { recursive: true, force: true })
await mkdir(join(folder, "dist"), { recursive: true })
await build({
  entryPoints: [component],
  outfile: join(folder, "dist/component.js"),
  bundle: true,
  format: "esm",
  // Of what is there for Node and for browsers it takes the latter: the process that runs it may do nothing.
  platform: "neutral",
  external: ["node:*"]
})
for await (const file of glob("js-component-bindgen-component.core*.wasm", { cwd: bindgen })) {
  await copyFile(join(bindgen, file), join(folder, "dist", basename(file)))
}
await copyFile(join(bindgen, "../LICENSE"), join(folder, "LICENSE"))
await writeFile(
  join(folder, "package.json"),
  `${JSON.stringify({ name, version, license, type: "module" }, null, 2)}\n`
)
