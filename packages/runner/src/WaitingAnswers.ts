import { AnswerRoom } from "@alga-psa/ext-adapters-wit"
import { Context, Effect, Layer, type Scope } from "effect"
import { httpDefaults } from "./HttpBounds.ts"

/** Counts the bytes of answers that their callers have not taken yet. */
export interface WaitingAnswersService {
  /** False while the answers of all, or those of the tenant, have reached their bound. */
  readonly hasRoom: (tenantId: string) => boolean
  /** Counts an answer until the scope closes. */
  readonly hold: (tenantId: string, bytes: number) => Effect.Effect<void, never, Scope.Scope>
}

/**
 * Answers of at most `mostBytes` wait, of one tenant at most half of that. Beyond it no execution begins, so that what waits is
 * never more than the bound and the answers of the executions that ran already.
 */
export const makeWaitingAnswers = (mostBytes: number): WaitingAnswersService => {
  const tenants = new Map<string, number>()
  let all = 0
  const add = (tenantId: string, bytes: number): void => {
    const sum = (tenants.get(tenantId) ?? 0) + bytes
    all += bytes
    if (sum === 0) tenants.delete(tenantId)
    else tenants.set(tenantId, sum)
  }
  return {
    hasRoom: (tenantId) => all < mostBytes && (tenants.get(tenantId) ?? 0) < mostBytes / 2,
    hold: (tenantId, bytes) =>
      Effect.acquireRelease(
        Effect.sync(() => add(tenantId, bytes)),
        () => Effect.sync(() => add(tenantId, -bytes))
      )
  }
}

/** The answers that wait in this process. */
export const WaitingAnswers = Context.Reference<WaitingAnswersService>("@alga-psa/ext-runner/WaitingAnswers", {
  defaultValue: () => makeWaitingAnswers(httpDefaults.answerBytes)
})

/** Bounds the answers that wait, also for the sandbox. */
export const layerWaitingAnswers = (answers: WaitingAnswersService): Layer.Layer<never> =>
  Layer.merge(Layer.succeed(WaitingAnswers, answers), Layer.succeed(AnswerRoom, answers))
