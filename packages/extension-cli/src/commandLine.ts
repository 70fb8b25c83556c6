import { endProgram } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { algaExt } from "./AlgaExt.ts"
import { exitCodeOf } from "./ExitCode.ts"

algaExt(process.argv.slice(2)).pipe(
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: endProgram(exitCodeOf)
  })
)
