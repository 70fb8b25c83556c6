/** The sample for Node: its build, and its handler as a plain function. */
export { buildSample } from "./BuildSample.ts"
export { handle } from "./handler.ts"
