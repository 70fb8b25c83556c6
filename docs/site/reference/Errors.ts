import { ExecutionFailed, executionFailedReasons } from "@alga-psa/ext-adapters-wit/ExecutionFailed"
import { httpStatusOf, type RunnerErrorCode, statusOf } from "@alga-psa/ext-runner/RunnerError"
import { table } from "./Table.ts"

const codes = Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>

/** The page of what a caller of the runner can find in `error`. */
export const errorsPage = (): string => {
  const ofCodes = codes.map((code) => [`\`${code}\``, String(httpStatusOf(code)), String(statusOf[code])])
  const ofReasons = executionFailedReasons.map((reason) => {
    const { limit, message } = new ExecutionFailed({ reason, detail: "" })
    return [`\`${reason}\``, message.replace(/ \(\w+\)$/, ""), limit === null ? "" : `\`${limit}\``]
  })
  return [
    "# Every error",
    "What the field `error` of an answer begins with. The page on [operations](/operations) says what to do.",
    table(["code", "HTTP status", "`status` in the body"], ofCodes),
    "## Why an execution fails",
    "After `execute_failed: ` comes one of these. Where a limit ended the execution, it is named.",
    table(["reason", "text", "limit"], ofReasons),
    ""
  ].join("\n\n")
}
