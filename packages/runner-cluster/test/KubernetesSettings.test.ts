import { settingsReport } from "@alga-psa/ext-runner/SettingsSource"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { kubernetesOptionsOf } from "../src/KubernetesSettings.ts"

const needed = {
  DATABASE_URL: "postgres://reader@db:5432/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}
const cluster = "ALGA_EXTENSION_RUNNER_CLUSTER"

const read = (environment: Record<string, string>) => {
  const { problems, settings } = settingsReport({ ...needed, ...environment }, {})
  return settings === null ? problems : kubernetesOptionsOf(settings)
}

const pod = {
  [`${cluster}_HEALTH`]: "kubernetes",
  [`${cluster}_HOST`]: "10.1.2.3",
  [`${cluster}_KUBERNETES_SELECTOR`]: "app=runner"
}

describe("the settings for Kubernetes", () => {
  it("ask it nothing unless told to", () => {
    assert.isNull(read({}))
    assert.isNull(read({ ...pod, [`${cluster}_HEALTH`]: "ping" }))
  })

  it("take from the pod what is not set", () => {
    assert.deepStrictEqual(read(pod), {
      api: "https://kubernetes.default.svc",
      account: "/var/run/secrets/kubernetes.io/serviceaccount",
      namespace: null,
      selector: "app=runner",
      timeout: Duration.seconds(5)
    })
  })

  it("name all that is missing, a runner's own address among it", () => {
    for (const host of ["127.0.0.1", "runner-0.runners"]) {
      const lacking = read({ [`${cluster}_HEALTH`]: "kubernetes", [`${cluster}_HOST`]: host })
      assert.match(
        String(lacking),
        /_SELECTOR is not set: .*; .*_HOST must be the pod's address \(fieldRef status\.podIP\)/
      )
    }
  })

  it("send the token to nobody without TLS, and ask for no namespace that cannot be one", () => {
    assert.deepStrictEqual(read({ ...pod, [`${cluster}_KUBERNETES_API`]: "http://10.0.0.1" }), [
      `${cluster}_KUBERNETES_API must be a URL such as https://kubernetes.default.svc (from the environment)`
    ])
    assert.deepStrictEqual(read({ ...pod, [`${cluster}_KUBERNETES_NAMESPACE`]: "a/../b" }), [
      `${cluster}_KUBERNETES_NAMESPACE must be the name of a namespace (from the environment)`
    ])
  })
})
