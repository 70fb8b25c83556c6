/** The sample for Node: its build, and its handler as a plain function. */
export { buildNotes } from "./BuildNotes.ts"
export { handle } from "./handler.ts"
