/**
 * Tests in the sandbox: the requests of an extension's own tests go to the component that is built of it, in the sandbox that a
 * host has, with the test's mocks as its host. It serves vitest and `node --test` alike.
 *
 * @module @alga-psa/ext-extension-sdk/vitest
 */
import { readdir, readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type CapabilityName, capabilityNames } from "./Granted.ts"
import type { Handler } from "./Handler.ts"
import { hostAnswers } from "./HostAnswers.ts"
import type { HostBindings } from "./HostBindings.ts"
import { testRunner } from "./internal/testRunner.ts"
import { fitsRecorded, type Recording, recordedHost, recordedResponse, requestOf } from "./Recording.ts"
import type { SandboxedComponent, SandboxOptions } from "./SandboxedComponent.ts"

export type { SandboxOptions } from "./SandboxedComponent.ts"

const tools = "@alga-psa/ext-extension-cli"

interface Tools {
  readonly openSandbox: (options: SandboxOptions) => Promise<SandboxedComponent>
}

/** The build and the sandbox, as the extension has them installed. */
const toolsOf = async (folder: string): Promise<Tools> => {
  let file: string
  try {
    file = createRequire(join(folder, "package.json")).resolve(`${tools}/OpenSandbox`)
  } catch (cause) {
    throw new Error(`tests in the sandbox need ${tools} in ${folder}: npm install --save-dev ${tools}`, { cause })
  }
  return import(pathToFileURL(file).href)
}

/** A component that is there for the tests of this file, and gone after them. */
const opened = async (options: SandboxOptions): Promise<SandboxedComponent> => {
  const folder = resolve(options.folder ?? ".")
  const { afterAll } = await testRunner()
  const { openSandbox } = await toolsOf(folder)
  const component = await openSandbox({ ...options, folder })
  afterAll(component.close)
  return component
}

/** What these bindings say that the execution has; null where they do not say. */
const grantedBy = ({ granted }: HostBindings): ReadonlyArray<CapabilityName> | null =>
  capabilityNames.some((name) => granted(name) === "unknown")
    ? null
    : capabilityNames.filter((name) => granted(name) === true)

/**
 * The handler of the extension in this folder as it is built, in the sandbox. It is called as the handler itself is, so that the
 * same test can ask either. Rejects where the extension cannot be built.
 *
 * What a component is not given is missing here too. What a mock throws that is no `HostError` is what the call rejects with; so is
 * whatever ended the component.
 *
 * ```ts
 * import { createMockHostBindings } from "@alga-psa/ext-extension-sdk"
 * import { sandbox } from "@alga-psa/ext-extension-sdk/vitest"
 *
 * const handle = await sandbox()
 * const context = { tenantId: "tenant", extensionId: "extension" }
 * const { status } = await handle({ context, http: { method: "GET", url: "/", headers: [] } }, createMockHostBindings())
 * ```
 */
export const sandbox = async (options: SandboxOptions = {}): Promise<Handler> => {
  const { run } = await opened(options)
  return (request, host) => run(request, hostAnswers(host), grantedBy(host))
}

const recordingsIn = async (folder: string): Promise<ReadonlyArray<readonly [string, Recording]>> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort()
  return Promise.all(names.map(async (name) => [name, JSON.parse(await readFile(join(folder, name), "utf8"))] as const))
}

/** Replays one recording, and throws where the component does anything else. */
const replay = async ({ run }: SandboxedComponent, recording: Recording): Promise<void> => {
  const host = recordedHost(recording)
  const response = recordedResponse(await run(requestOf(recording), host.answer))
  host.end()
  if (!fitsRecorded(recording.response, response)) {
    const text = (value: unknown) => JSON.stringify(value, null, 2)
    throw new Error(`the response is another one\nrecorded: ${text(recording.response)}\nnow: ${text(response)}`)
  }
}

/**
 * Makes a test of every recording in a folder, as "Keep as test" of `alga-ext dev` writes them. The component gets the
 * request, the host answers as before, and calls and response must be the same. Default: `test/recorded` in the working
 * directory.
 *
 * @public
 */
export const replayRecordings = async (folder = "test/recorded", options: SandboxOptions = {}): Promise<void> => {
  const recordings = await recordingsIn(resolve(folder))
  const { test } = await testRunner()
  const component = await opened(options)
  for (const [name, recording] of recordings) {
    test(`${name}: ${recording.request.method} ${recording.request.url}`, () => replay(component, recording))
  }
}
