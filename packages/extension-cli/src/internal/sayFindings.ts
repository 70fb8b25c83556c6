import { type Finding, findingLine } from "@alga-psa/ext-extension-build/Finding"
import { plainLine } from "@alga-psa/ext-extension-build/PlainLine"
import { Console, Effect } from "effect"
import { annotation } from "./annotations.ts"

/** Where the findings are shown beside the lines of a change. */
const onGithub = () => process.env["GITHUB_ACTIONS"] === "true"

/** Says what was found: notes in lines of their own, and all of it as annotations in a workflow of GitHub. */
export const sayFindings = Effect.fnUntraced(function* (folder: string, findings: ReadonlyArray<Finding>) {
  for (const one of findings) {
    if (one.severity === "note") yield* Console.error(`alga-ext: note: ${plainLine(findingLine(one))}`)
    if (onGithub()) yield* Console.log(annotation(folder, one, process.env["GITHUB_WORKSPACE"]))
  }
})
