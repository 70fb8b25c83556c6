#!/usr/bin/env node
import { readFileSync } from "node:fs"

// An older Node may not even load the rest.
const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const [major = 0, minor = 0] = engines.node.replace(">=", "").split(".").map(Number)
const [foundMajor = 0, foundMinor = 0] = process.versions.node.split(".").map(Number)

if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) {
  const { create } = await import("./commandLine.ts")
  process.exitCode = await create(process.argv.slice(2))
} else {
  console.error(
    `create-alga-extension: needs Node ${major}.${minor} or newer, and this is Node ${process.versions.node}: install that`
  )
  process.exitCode = 2
}
