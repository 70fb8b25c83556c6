/** The sample for Node: its build, and its handler as a plain function. */
export {
  type BuildSampleOptions,
  type BuiltSample,
  buildSample,
  publishSample,
  type SampleManifest
} from "./BuildSample.ts"
export { handle } from "./handler.ts"
