import { existsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { expect } from "vitest"
import { buildExtension } from "../src/BuildExtension.ts"
import { type Finding, findingLine } from "../src/Finding.ts"
import { extensionFolder } from "./support/ExtensionFolder.ts"
import { type Files, mistakes } from "./support/Mistakes.ts"

const findingsOf = Effect.fnUntraced(function* (files: Files) {
  const folder = yield* extensionFolder(files)
  const built = yield* Effect.result(buildExtension({ folder }))
  const findings = Result.isSuccess(built)
    ? built.success.findings
    : [...built.failure.problems, ...built.failure.notes]
  return { folder, findings }
})

/** Places that are no file of the extension that is there: the one that is missing, and a flag. */
const isFile = (folder: string, { code, file }: Finding): boolean =>
  /-missing$/.test(code) || existsSync(join(folder, file))

describe("fifty typical mistakes", () => {
  it.live(
    "are each told by what is wrong, where, and what to do",
    () =>
      Effect.gen(function* () {
        const told = yield* Effect.forEach(
          Object.entries(mistakes),
          ([name, files]) =>
            Effect.scoped(
              Effect.map(findingsOf(files), ({ findings, folder }) => {
                assert.isAbove(findings.length, 0, name)
                for (const one of findings) {
                  assert.isTrue(isFile(folder, one), `${name}: ${one.where}`)
                  assert.isTrue(
                    [one.code, one.text, one.remedy].every((part) => /\w/.test(part)),
                    name
                  )
                }
                const lines = findings.map((one) => `${one.severity} ${one.code} ${findingLine(one)}`)
                return `# ${name}\n${lines.join("\n").replaceAll(folder, "<folder>")}\n`
              })
            ),
          { concurrency: 2 }
        )
        assert.isAtLeast(told.length, 50)
        yield* Effect.promise(() => expect(told.join("\n")).toMatchFileSnapshot("golden/mistakes.txt"))
      }),
    600_000
  )
})
