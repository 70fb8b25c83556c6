/**
 * Why the state of a component's instances cannot be set back:
 * - `unknown-code`: an instruction or a type that this program does not know, such as those of the garbage collector.
 * - `table-write`, `segment-drop`: its code changes a table, or gives segments up.
 * - `reference-global`: it keeps references or vectors in a global variable that changes.
 * - `many-globals`: its modules have more than 1,000 numeric global variables that change.
 * - `several-memories`: code that uses the size of a memory has more than one.
 */
export const unrestorable = [
  "unknown-code",
  "table-write",
  "segment-drop",
  "reference-global",
  "many-globals",
  "several-memories"
] as const
export type Unrestorable = (typeof unrestorable)[number]
