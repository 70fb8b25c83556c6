import type { HostBindings } from "./HostBindings.ts"
import { isHostError } from "./HostError.ts"
import { answersOf } from "./internal/answers.ts"
import type { AnswerCall } from "./SandboxedComponent.ts"

/**
 * Answers the calls of a component from host bindings, such as mocks: the way back from the world to `host`. A `HostError` is the
 * error of the call; anything else that a binding throws is thrown.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockSecrets } from "@alga-psa/ext-extension-sdk"
 * import { hostAnswers } from "@alga-psa/ext-extension-sdk/HostAnswers"
 *
 * const answer = hostAnswers(createMockHostBindings({ secrets: mockSecrets({ key: "s3cret" }) }))
 * console.log(await answer({ interface: "secrets", function: "get", args: ["key"] })) // { ok: 's3cret' }
 * console.log(await answer({ interface: "secrets", function: "get", args: ["other"] })) // { error: 'missing' }
 * ```
 */
export const hostAnswers = (host: HostBindings): AnswerCall => {
  const answers = answersOf(host)
  return async ({ args, function: name, interface: part }) => {
    const answer = answers[part]?.[name] as ((...args: ReadonlyArray<unknown>) => unknown) | undefined
    if (answer === undefined) throw new Error(`the world has no ${part}.${name}`)
    try {
      return { ok: (await answer(...args)) ?? null }
    } catch (error) {
      if (isHostError(error)) return { error: error.code }
      throw error
    }
  }
}
