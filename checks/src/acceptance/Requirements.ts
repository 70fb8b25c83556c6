import { bundles } from "./chapters/Bundles.ts"
import { capabilities } from "./chapters/Capabilities.ts"
import { iframe } from "./chapters/Iframe.ts"
import { inputs } from "./chapters/Inputs.ts"
import { product } from "./chapters/Product.ts"
import { results } from "./chapters/Results.ts"
import { rights } from "./chapters/Rights.ts"
import { wire } from "./chapters/Wire.ts"
import type { Chapter } from "./Requirement.ts"

/** Everything that the product must keep, in our own words; names and shapes to the letter. */
export const chapters: ReadonlyArray<Chapter> = [product, capabilities, rights, inputs, results, wire, bundles, iframe]
