#!/usr/bin/env node
import { nodeSuits } from "@alga-psa/ext-adapters-wit/RequiredNode"

if (nodeSuits("alga-ext")) await import("./commandLine.ts")
