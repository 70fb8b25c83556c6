/**
 * Writes the copy of jco that a release carries: its `component` entry as one module, the WebAssembly that this loads, and
 * their licence. Its `package.json` names the packages that are bundled. All else that jco depends on is for building components.
 */
import { copyFile, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { bundledPackages } from "./bundledPackages.ts"

const folder = process.argv[2] ?? fileURLToPath(new URL("../dist/jco", import.meta.url))
const component = fileURLToPath(import.meta.resolve("@bytecodealliance/jco/component"))
const bindgen = dirname(createRequire(component).resolve("@bytecodealliance/jco-transpile/component"))
const { license, name, version } = JSON.parse(await readFile(join(dirname(component), "../package.json"), "utf8"))
// As a file of its own it would be taken for the licence of the package that carries it.
const licence = await readFile(join(bindgen, "../LICENSE"), "utf8")

await rm(folder, { recursive: true, force: true })
await mkdir(join(folder, "dist"), { recursive: true })
const { metafile } = await build({
  entryPoints: [component],
  outfile: join(folder, "dist/component.js"),
  bundle: true,
  metafile: true,
  format: "esm",
  // Of what is there for Node and for browsers it takes the latter: the process that runs it may do nothing.
  platform: "neutral",
  external: ["node:*"],
  banner: {
    js: `/*\nThis file and the WebAssembly beside it are parts of ${name} ${version}, under its licence:\n\n${licence}*/`
  }
})
const files = Object.keys(metafile.inputs).map((file) => resolve(file))
for await (const name of glob("js-component-bindgen-component.core*.wasm", { cwd: bindgen })) {
  const file = join(bindgen, name)
  await copyFile(file, join(folder, "dist", basename(file)))
  files.push(file)
}
const bundled = await bundledPackages(files)
await writeFile(
  join(folder, "package.json"),
  `${JSON.stringify({ name, version, license, type: "module", bundled }, null, 2)}\n`
)
