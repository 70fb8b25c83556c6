import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../Paths.ts"
import { table } from "./Table.ts"

const metric = /Metric\.(counter|gauge|histogram|frequency)\(\s*"([a-z_]+)",\s*\{\s*description:\s*(["`])([\s\S]*?)\3/g

/** The page of all metrics, as the code declares them. */
export const metricsPage = async (): Promise<string> => {
  const rows: Array<ReadonlyArray<string>> = []
  for await (const file of glob("packages/*/src/**/*.ts", { cwd: root })) {
    for (const [, kind = "", name = "", , about = ""] of (await readFile(join(root, file), "utf8")).matchAll(metric)) {
      rows.push([`\`${name}\``, kind, about])
    }
  }
  const sorted = rows.sort(([one = ""], [other = ""]) => (one < other ? -1 : 1))
  return `# Every metric\n\nAt \`GET /metrics\`, in the form of Prometheus.\n\n${table(["name", "kind", "counts"], sorted)}\n`
}
