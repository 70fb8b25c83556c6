#!/usr/bin/env node
import { nodeSuits } from "@alga-psa/ext-adapters-wit/RequiredNode"

if (nodeSuits("alga-extension-runner")) await import("./commandLine.ts")
