/** The sample's build, for Node. */
export { buildNotes } from "./BuildNotes.ts"
