import { existsSync } from "node:fs"
import { join } from "node:path"
import { knownInterfaces } from "@alga-psa/ext-adapters-wit/KnownWorld"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Effect } from "effect"
import { invalid } from "./ExtensionInvalid.ts"
import { type Finding, finding, type Place } from "./Finding.ts"
import { explaining } from "./internal/explainBuild.ts"
import { nearest } from "./internal/nearest.ts"

/** More than any `package.json` has. */
const mostBytes = 1024 * 1024

const isName = (name: unknown): name is string => knownInterfaces.some((known) => known === name)

const problemOf = (name: unknown, at: Place): ReadonlyArray<Finding> => {
  if (isName(name)) return []
  const near = typeof name === "string" ? nearest(name, knownInterfaces) : null
  const help = near === null ? `known are ${knownInterfaces.join(", ")}` : `did you mean "${near}"?`
  return [
    finding({
      code: "interface-unknown",
      at,
      text: `${JSON.stringify(name)} is not an interface of the world`,
      remedy: help
    })
  ]
}

const inPackage = (text: string): unknown => {
  try {
    return JSON.parse(text)?.alga?.interfaces ?? []
  } catch {
    // Whoever installs and bundles says what is wrong with it.
    return []
  }
}

/**
 * The interfaces that a component imports whether its code is seen to use them or not: those of a build's options, and those
 * under `alga.interfaces` in the extension's `package.json`. Fails with every one that the world does not have.
 */
export const namedInterfaces = Effect.fnUntraced(function* (folder: string, given: ReadonlyArray<string>) {
  const text = existsSync(join(folder, "package.json"))
    ? yield* explaining({ folder }, () => readPlainFile(folder, "package.json", mostBytes))
    : new Uint8Array()
  const listed = inPackage(Buffer.from(text).toString("utf8"))
  const at = { file: "package.json", path: "alga.interfaces" }
  if (!Array.isArray(listed)) {
    const remedy = 'write a list of interfaces such as ["clients-v2"]'
    return yield* invalid(finding({ code: "interface-unknown", at, text: "is not a list", remedy }))
  }
  const problems = [
    ...listed.flatMap((name, index) => problemOf(name, { ...at, path: `${at.path}[${index}]` })),
    ...given.flatMap((name) => problemOf(name, { file: "--interface" }))
  ]
  if (problems.length > 0) return yield* invalid(...problems)
  return [...listed.filter(isName), ...given]
})
