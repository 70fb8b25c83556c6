#!/usr/bin/env node
import { nodeSuits } from "@alga-psa/ext-adapters-wit/RequiredNode"

if (nodeSuits("alga-extension-runner")) {
  // Before any schema is used: from then on schemas are functions made for them, and not walked for each value.
  await import("effect/schema/SchemaJITCompiler/enable")
  await import("./commandLine.ts")
}
