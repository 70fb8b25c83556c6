import type { Chapter } from "../Requirement.ts"

/** Archives and components. */
export const bundles: Chapter = {
  title: "Bundles and components",
  requirements: [
    {
      id: "bundles.1",
      sentence:
        "A bundle is `bundle.tar.zst` with `manifest.json`, `dist/main.wasm`, `dist/component.json` and `ui/**`.",
      proofs: [
        ["Bundle.e2e.test.ts", /^Bundle > (gives the manifest and the component|says which file is missing or wrong)/],
        ["sample.e2e.test.ts", /is packed as a bundle that carries the manifest, the component and its description/],
        ["BuildExtension.e2e.test.ts", /publishes what a host and an author look for, and a component that answers/]
      ]
    },
    {
      id: "bundles.2",
      sentence: "The content hash is the SHA-256 of the archive's bytes, checked before anything is unpacked.",
      proofs: [
        ["Bundle.e2e.test.ts", /checks the hash before it unpacks/],
        ["BundleCache.e2e.test.ts", /keeps nothing that does not have its hash/]
      ]
    },
    {
      id: "bundles.3",
      sentence:
        "In an S3-style store the key is `tenants/{tenant}/extensions/{extensionId}/sha256/{hex}/bundle.tar.zst`.",
      proofs: [["HttpBundleStore.e2e.test.ts", /gives an archive to signed requests/]]
    },
    {
      id: "bundles.4",
      sentence:
        "The manifest has name, publisher, version, runtime `wasm-js@1`, capabilities, an iframe page and endpoints, each held to its rule.",
      proofs: [["Manifest.test.ts", /./]]
    },
    {
      id: "bundles.5",
      sentence: "A component exports `handler` and imports interfaces of the world alone.",
      proofs: [
        ["rules.test.ts", /^checkWorld > /],
        ["component.e2e.test.ts", /imports the world and nothing else/],
        ["ComponentStore.e2e.test.ts", /refuses a component (that imports WASI|without a handler)/]
      ]
    },
    {
      id: "bundles.6",
      sentence: "Names of the published handler SDK keep working, async handlers among them.",
      proofs: [
        ["component.e2e.test.ts", /answers from an async handler/],
        ["HostUsage.e2e.test.ts", /typed by the published runtime/]
      ]
    }
  ]
}
