import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import {
  ComponentStore,
  defaultLimits,
  type ExecuteResponse,
  type ExecutionFailed,
  error,
  type HostCall,
  type HostReply,
  type HttpHeader,
  layerComponentStore,
  layerSandbox,
  lower,
  ok,
  packageName,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import { capabilitiesHeader, hostHeaderNames, hostHeadersOf } from "@alga-psa/ext-adapters-wit/HostHeaders"
import { buildExtension } from "@alga-psa/ext-extension-build"
import type { AnswerCall, SandboxedComponent, SandboxOptions } from "@alga-psa/ext-extension-sdk/SandboxedComponent"
import { Cause, Effect, Exit, Layer, Logger, ManagedRuntime } from "effect"
import { sourceStack } from "./dev/SourceStack.ts"
import { failureAdvice } from "./internal/failureAdvice.ts"

type Request = Parameters<SandboxedComponent["run"]>[0]

/** The error of an execution that gave no answer, with what only its author is told. */
const failureOf = ({ detail, message, reason }: ExecutionFailed, explain: (text: string) => string): Error =>
  new Error(
    [`${reason}: ${message}`, ...failureAdvice(reason), explain(detail)].filter((line) => line !== "").join("\n")
  )

const headersOfHost = (declared: ReadonlyArray<string>, granted: ReadonlyArray<string> | null) => {
  const names = declared.filter((name) => granted?.includes(name))
  return hostHeadersOf(names, Date.now()).filter(({ name }) => granted !== null || name !== capabilitiesHeader)
}

const requestOf = ({ context, http }: Request, hostHeaders: ReadonlyArray<HttpHeader>) => ({
  context: {
    requestId: context.requestId ?? null,
    tenantId: context.tenantId,
    extensionId: context.extensionId,
    installId: context.installId ?? null,
    versionId: context.versionId ?? null
  },
  http: {
    ...http,
    headers: http.headers.filter(({ name }) => !hostHeaderNames.has(name.toLowerCase())),
    hostHeaders,
    body: http.body ?? null
  }
})

const responseOf = ({ body, headers, status }: ExecuteResponse) => ({ status, headers: [...headers], body })

/**
 * Builds an extension, and opens its component in the sandbox, for tests. It is the sandbox of a host, without one: who runs a request
 * answers its calls.
 */
export const openSandbox = async (options: SandboxOptions = {}): Promise<SandboxedComponent> => {
  const { engine, entry, memoryMb, timeoutMs } = options
  const folder = resolve(options.folder ?? ".")
  const built = await Effect.runPromise(buildExtension({ folder, engine, entry }))
  const explain =
    built.script === null
      ? (text: string) => text
      : sourceStack(folder, join(folder, entry ?? "src/component.ts"), built.script)
  const limits = lower(defaultLimits, { timeoutMs, memoryMb })
  const scratch = await mkdtemp(join(tmpdir(), "alga-ext-test-"))
  const runtime = ManagedRuntime.make(
    // One component and one request at a time: a process that waits for another would never be used.
    Layer.merge(
      layerComponentStore({ directory: join(scratch, "components"), spare: false }),
      layerSandbox({ limits, spares: 0, loadedSpares: 0 })
    ).pipe(Layer.provideMerge(Logger.layer([])))
  )
  const close = async () => {
    await runtime.dispose()
    await rm(scratch, { recursive: true, force: true })
  }
  const bytes = await readFile(built.componentFile)
  const component = await runtime
    .runPromise(Effect.flatMap(ComponentStore, (store) => store.accept(bytes)))
    .catch((cause) => close().then(() => Promise.reject(cause)))

  const declared = built.manifest.capabilities.map((name) => name.trim().toLowerCase())
  const run = async (request: Request, answer: AnswerCall, granted: ReadonlyArray<string> | null = declared) => {
    let thrown: { readonly error: unknown } | null = null
    const host = ({ args, function: name, interface: from }: HostCall): Effect.Effect<HostReply> => {
      const part = from.replace(`${packageName}/`, "")
      const explained = part === "logging" ? args.map((text) => explain(String(text))) : args
      return Effect.matchCauseEffect(
        Effect.tryPromise(() => answer({ interface: part, function: name, args: explained })),
        {
          onSuccess: (reply) => Effect.succeed("ok" in reply ? ok(reply.ok) : error(reply.error)),
          onFailure: (cause) => {
            const failed = Cause.squash(cause)
            thrown ??= { error: failed instanceof Error && failed.cause !== undefined ? failed.cause : failed }
            return Effect.die(failed)
          }
        }
      )
    }
    const exit = await runtime.runPromiseExit(
      Effect.flatMap(Sandbox, (sandbox) =>
        sandbox.execute({
          component,
          tenantId: request.context.tenantId,
          installId: request.context.installId ?? "test",
          request: requestOf(request, headersOfHost(declared, granted)),
          limits,
          host
        })
      )
    )
    const { error: failed } = (thrown as { readonly error: unknown } | null) ?? { error: null }
    if (failed !== null) throw failed
    if (Exit.isSuccess(exit)) return responseOf(exit.value)
    const reason = Cause.squash(exit.cause)
    throw reason instanceof Error && "detail" in reason ? failureOf(reason as ExecutionFailed, explain) : reason
  }
  return { run, close }
}
