import type { Evidence } from "./Evidence.ts"
import type { Chapter } from "./Requirement.ts"

/** Where the page is, relative to the workspace. */
export const pagePath = "docs/acceptance.md"

const longest = 160

/** A title as one line of Markdown, whatever it holds. */
const line = (title: string): string => {
  const plain = title
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replaceAll("`", "'")
    .trim()
  return plain.length > longest ? `${plain.slice(0, longest).toWellFormed()}…` : plain
}

const head = `# Acceptance map

What the product must do, sentence by sentence, and the tests that prove it. \`npx --yes pnpm@12 acceptance\` makes this page
from the requirements in \`checks/src/acceptance\` and the titles of all tests; it fails when a sentence has no test, and
\`npx --yes pnpm@12 test\` fails when one of the tests did not pass or this page is out of date. Tests of a contract suite
say in brackets what they run over.
`

/** The page that shows which tests prove which requirement. */
export const page = (evidence: ReadonlyArray<readonly [Chapter, ReadonlyArray<Evidence>]>): string => {
  const chapters = evidence.map(([{ title }, requirements]) =>
    [
      `## ${title}`,
      ...requirements.map(({ requirement, tests }) => {
        const files = [...new Set(tests.map(({ file }) => file))]
        const lists = files.map((file) =>
          [
            `- [\`${file}\`](../${file})`,
            ...tests
              .filter((test) => test.file === file)
              .map(({ name, over }) => `  - ${`\`${line(name)}\``}${over.length === 0 ? "" : ` (${over.join(", ")})`}`)
          ].join("\n")
        )
        return `**${requirement.id}** ${requirement.sentence}\n\n${lists.join("\n")}`
      })
    ].join("\n\n")
  )
  return `${[head.trim(), ...chapters].join("\n\n")}\n`
}
