import { fileURLToPath } from "node:url"
import { build, type Plugin } from "esbuild"
import { BuildError } from "./BuildError.ts"
import { answersOf } from "./internal/answers.ts"

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
const shell = fileURLToPath(new URL(`NodeComponent.${extension}`, import.meta.url))

/** The functions of each interface of the world. */
const functionsOf = (name: string): ReadonlyArray<string> => Object.keys(answersOf({} as never)[name] ?? {})

const moduleOf = (name: string, hostCall: string): string =>
  functionsOf(name)
    .map((member, at) => {
      const call = `(...args) => globalThis.${hostCall}(${JSON.stringify(name)}, ${JSON.stringify(member)}, args)`
      return `const call${at} = ${call}\nexport { call${at} as ${member} }`
    })
    .join("\n")

const forNode = (hostCall: string): Plugin => ({
  name: "for-node",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^@alga-psa\/ext-extension-sdk\/component$/ }, () => ({ path: shell }))
    onResolve({ filter: /^alga:extension\// }, ({ path }) => ({
      path: path.replace("alga:extension/", ""),
      namespace: "world"
    }))
    onLoad({ filter: /.*/, namespace: "world" }, ({ path }) => ({ contents: moduleOf(path, hostCall), loader: "js" }))
  }
})

/**
 * Bundles a component's entry for Node, to be debugged: its sources stay where a debugger finds them. Its `handler` gives a promise.
 * The functions of the world call the global function of the name `hostCall`, with interface, function and arguments, and give what
 * that gives. Fails with a `BuildError`.
 */
export const bundleForNode = async (entry: string, hostCall: string): Promise<string> => {
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node22",
      conditions: ["import"],
      sourcemap: "inline",
      sourceRoot: "/",
      outfile: "/main.mjs",
      logLevel: "silent",
      plugins: [forNode(hostCall)]
    })
    return outputFiles[0]?.text ?? ""
  } catch (cause) {
    throw new BuildError("bundle", entry, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
