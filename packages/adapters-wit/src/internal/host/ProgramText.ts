import { createHash } from "node:crypto"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { getCompileCacheDir, stripTypeScriptTypes } from "node:module"
import { dirname, join, relative } from "node:path"

/** The modules of a program by URL, and where it begins. Child processes get it over their pipe and read no file. */
export interface ProgramText {
  readonly entry: string
  readonly modules: Readonly<Record<string, string>>
}

const relativeImport = /^(?:import|export)\b[^"]*?"(\.[^"]+)"/gm
const known = new Map<string, ProgramText>()

/** Node 26 calls this function experimental each time a program begins to use it; who runs a server need not know. */
const stripTypes = (text: string): string => {
  const warn = process.emitWarning
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = warn
  }
}

/**
 * Strips types, and keeps what it made where Node keeps what it makes of sources, if anywhere: whoever writes there has this program
 * run what they like anyway. Loading what strips takes a program from its sources longer than all else of a sandbox's start.
 */
const stripped = (text: string): string => {
  const folder = getCompileCacheDir()
  if (folder === undefined) return stripTypes(text)
  const kept = join(folder, `${createHash("sha256").update(text).digest("hex")}.js`)
  try {
    return readFileSync(kept, "utf8")
  } catch {}
  const made = stripTypes(text)
  try {
    const unfinished = `${kept}.${process.pid}`
    writeFileSync(unfinished, made)
    renameSync(unfinished, kept)
  } catch {}
  return made
}

const textOf = (path: string): string => {
  const text = readFileSync(path, "utf8")
  return path.endsWith(".ts") ? stripped(text) : text
}

/** The text of the program that begins with a file, types stripped; URLs are relative to `root`. Read once. */
export const programText = (file: string, root: string): ProgramText => {
  const read = known.get(file)
  if (read !== undefined) return read
  const urlOf = (path: string): string => `alga://engine/${relative(root, path)}`
  const modules: Record<string, string> = {}
  const add = (path: string): void => {
    const url = urlOf(path)
    if (url in modules) return
    const text = textOf(path)
    modules[url] = text
    for (const [, imported = ""] of text.matchAll(relativeImport)) add(join(dirname(path), imported))
  }
  add(file)
  const program = { entry: urlOf(file), modules }
  known.set(file, program)
  return program
}

/**
 * What a child process runs first, as text. It takes a {@link ProgramText} and the modules of Node that it may load as the
 * first frame of its pipe, and runs it. Any other module of Node is closed from then on.
 *
 * It ignores the signals that this program lives on after. Sent to all processes of a group, they would end the children of
 * work that goes on. It ends with its pipe.
 */
export const bootstrap = `
import { readSync } from "node:fs"
import { registerHooks } from "node:module"
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1"]) process.on(signal, () => {})
const read = (length) => {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const count = readSync(0, bytes, at, length - at, null)
    if (count === 0) process.exit(0)
    at += count
  }
  return bytes
}
const { entry, modules, builtins } = JSON.parse(read(read(4).readUInt32BE()).toString())
delete process.getBuiltinModule
registerHooks({
  resolve: (specifier, context, next) => {
    const url = /^\\.\\.?\\//.test(specifier) ? new URL(specifier, context.parentURL).href : specifier
    if (url in modules) return { url, format: "module", shortCircuit: true }
    const found = next(specifier, context)
    if (found.url.startsWith("node:") && !builtins.includes(found.url)) throw new Error("closed: " + found.url)
    return found
  },
  load: (url, context, next) =>
    url in modules ? { format: "module", source: modules[url], shortCircuit: true } : next(url, context)
})
await import(entry)
`
