import { parseArgs } from "node:util"
import { buildSample, publishSample } from "../BuildSample.ts"

const { values } = parseArgs({ options: { engine: { type: "string", default: "quickjs" } } })
const { engine } = values
if (engine !== "quickjs" && engine !== "starlingmonkey") {
  console.error(`--engine must be quickjs or starlingmonkey, not ${engine}`)
  process.exit(2)
}
const started = performance.now()
const sample = await buildSample({ engine })
const folder = await publishSample(sample)
console.log(`${sample.reused ? "unchanged" : "built"} in ${Math.round(performance.now() - started)} ms, ${sample.engine}
  ${folder}/main.wasm       ${sample.componentSize} bytes
  ${folder}/bundle.tar.zst  ${sample.bundleSize} bytes
  ${sample.contentHash}`)
