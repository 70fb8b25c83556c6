import { execFileSync } from "node:child_process"
import { cp, glob, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { kubernetesOptionsOf } from "@alga-psa/ext-runner-cluster/KubernetesSettings"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { statusOf } from "../src/RunnerError.ts"
import { aboutSetting, type SettingName, type Settings, settingNames } from "../src/Settings.ts"
import { settingsFileVariable, settingsReport } from "../src/SettingsSource.ts"
import { buildFixtureComponent } from "../testing/Extensions.ts"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const read = (path: string) => readFile(join(root, path), "utf8")

const files = async (pattern: string): Promise<ReadonlyArray<string>> => Array.fromAsync(glob(pattern, { cwd: root }))

const documents = async (path: string): Promise<ReadonlyArray<unknown>> =>
  parseAllDocuments(await read(path)).map((document) => {
    assert.deepStrictEqual(document.errors, [], path)
    return document.toJS() as unknown
  })

interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly serviceAccountName: string
        readonly automountServiceAccountToken: boolean
        readonly terminationGracePeriodSeconds: number
        readonly securityContext: object
        readonly containers: readonly [
          {
            readonly securityContext: object
            readonly env: ReadonlyArray<{ readonly name: string; readonly value?: string; readonly valueFrom?: object }>
            readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
          }
        ]
      }
    }
  }
}

/** The one resource of that kind in a manifest. */
const resource = async <A>(path: string, kind: string): Promise<A> => {
  const found = (await documents(path)).filter((it) => (it as { readonly kind: string }).kind === kind)
  assert.lengthOf(found, 1, `${path}: ${kind}`)
  return found[0] as A
}

const metricsIn = (text: string) => new Set(text.match(/\balga_extension_[a-z_]+/g))

const declared = async () => {
  const sources = await files("packages/*/src/**/*.ts")
  const texts = await Promise.all(sources.map(read))
  return metricsIn(texts.flatMap((text) => text.match(/Metric\.\w+\("alga_[a-z_]+"/g) ?? []).join("\n"))
}

/** What commands read that is no setting of the runner. */
const commandSecrets = ["DATABASE_ADMIN_URL", "DATABASE_READER_PASSWORD"].flatMap((name) => [name, `${name}_FILE`])

describe("the files under deploy", () => {
  it("watch metrics that exist", async () => {
    const known = await declared()
    for (const path of ["deploy/monitoring/alerts.yaml", "deploy/monitoring/dashboard.json"]) {
      for (const name of metricsIn(await read(path))) {
        assert.include([...known], name.replace(/_bucket$/, ""), path)
      }
    }
  })

  it("show every metric", async () => {
    const shown = await read("deploy/monitoring/dashboard.json")
    for (const name of await declared()) assert.include(shown, name)
  })

  it("say of each alert what it means and what to do", async () => {
    const [rules] = (await documents("deploy/monitoring/alerts.yaml")) as ReadonlyArray<{
      groups: ReadonlyArray<{ rules: ReadonlyArray<{ expr: string; annotations: Record<string, string> }> }>
    }>
    for (const { annotations, expr } of rules?.groups.flatMap((group) => group.rules) ?? []) {
      assert.isNotEmpty(expr)
      assert.containsAllKeys(annotations, ["summary", "action"])
    }
  })

  it("set settings that exist", async () => {
    const secretFiles = settingNames.filter((name) => aboutSetting(name).secret).map((name) => `${name}_FILE`)
    const known: ReadonlyArray<string> = [...settingNames, ...secretFiles, settingsFileVariable, ...commandSecrets]
    for (const path of await files("deploy/**/*")) {
      const text = await read(path).catch(() => "")
      for (const name of text.match(
        /\b(ALGA_EXTENSION_RUNNER|DATABASE|IDEMPOTENCY|RUNNER|BUNDLE|EXT|OTEL)_[A-Z_]+\b/g
      ) ?? []) {
        assert.include(known, name, path)
      }
    }
  })

  it("run without root, without capabilities and on a read-only file system", async () => {
    for (const path of ["deploy/kubernetes/runner.yaml", "deploy/kubernetes/cluster.yaml"]) {
      const pod = (await resource<Deployment>(path, "Deployment")).spec.template.spec
      assert.propertyVal(pod.securityContext, "runAsNonRoot", true)
      assert.propertyVal(pod.containers[0].securityContext, "readOnlyRootFilesystem", true)
    }
    const [compose] = (await documents("deploy/compose/compose.yaml")) as ReadonlyArray<{
      services: { runner: object }
    }>
    assert.propertyVal(compose?.services.runner, "read_only", true)
    const image = await read("deploy/Dockerfile")
    assert.isAbove(image.indexOf("USER node"), image.indexOf("AS runner"))
    assert.include(image, "HEALTHCHECK")
  })

  it("stop a pod no sooner than its runner has ended", async () => {
    for (const path of ["deploy/kubernetes/runner.yaml", "deploy/kubernetes/cluster.yaml"]) {
      const { containers, terminationGracePeriodSeconds } = (await resource<Deployment>(path, "Deployment")).spec
        .template.spec
      const seconds = (name: string) =>
        Number.parseInt(containers[0].env.find((it) => it.name === name)?.value ?? "", 10)
      const stop = seconds("ALGA_EXTENSION_RUNNER_STOP_DELAY") + seconds("ALGA_EXTENSION_RUNNER_STOP_GRACE")
      assert.isAtLeast(terminationGracePeriodSeconds, stop + 10, path)
    }
  })

  it("give the runners of a cluster on Kubernetes what it asks of them, and no right but to list pods", async () => {
    const path = "deploy/kubernetes/cluster.yaml"
    const { selector, template } = (await resource<Deployment>(path, "Deployment")).spec
    const [{ env, ports }] = template.spec.containers
    const set = Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]))
    const labels = Object.entries(template.metadata.labels).map(([name, value]) => `${name}=${value}`)
    assert.deepStrictEqual(selector.matchLabels, template.metadata.labels)
    const asked = kubernetesOptionsOf(
      settingsReport(
        {
          DATABASE_URL: "postgres://db/alga",
          RUNNER_SERVICE_TOKEN: "t".repeat(16),
          ...Object.fromEntries(env.map(({ name, value = "10.1.2.3" }) => [name, value]))
        },
        {}
      ).settings as Settings
    )
    assert.propertyVal(asked, "selector", labels.join())
    assert.deepStrictEqual(set["ALGA_EXTENSION_RUNNER_CLUSTER_HOST"], { fieldRef: { fieldPath: "status.podIP" } })
    assert.deepInclude(ports, {
      name: "cluster",
      containerPort: Number(aboutSetting("ALGA_EXTENSION_RUNNER_CLUSTER_PORT").fallback)
    })
    assert.isTrue(template.spec.automountServiceAccountToken)

    const role = await resource<{ metadata: { name: string }; rules: unknown }>(path, "Role")
    assert.deepStrictEqual(role.rules, [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }])
    const binding = await resource<{ roleRef: object; subjects: unknown }>(path, "RoleBinding")
    assert.propertyVal(binding.roleRef, "name", role.metadata.name)
    assert.deepStrictEqual(binding.subjects, [{ kind: "ServiceAccount", name: template.spec.serviceAccountName }])

    const policy = await resource<{ spec: { podSelector: object; ingress: ReadonlyArray<object> } }>(
      path,
      "NetworkPolicy"
    )
    assert.deepStrictEqual(policy.spec.podSelector, selector)
    assert.deepStrictEqual(policy.spec.ingress, [
      { ports: [{ port: "http" }] },
      {
        ports: [{ port: "health" }],
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }]
      },
      { ports: [{ port: "cluster" }], from: [{ podSelector: selector }] }
    ])
  })

  it("copy into the image what the runner starts from", async () => {
    const image = await read("deploy/Dockerfile")
    for (const path of image.match(/packages\/[\w/]+\.ts/g) ?? []) await read(path)
  })
})

const settingRow = (name: SettingName): string => {
  const { description, fallback, fallbackIs, range, required, unit } = aboutSetting(name)
  const usual = fallbackIs ?? (fallback === null ? (required ? "required" : "not set") : `\`${fallback}\``)
  return `| \`${name}\` | ${description} | ${unit} | ${range} | ${usual} |`.replace("|  |", "| |")
}

describe("the operator's pages", () => {
  it("have the settings as they are, with their units, ranges and defaults", async () => {
    const page = await read("docs/settings.md")
    const [, table = ""] = page.split("| name | for | unit | range | default |\n| --- | --- | --- | --- | --- |\n")
    assert.deepStrictEqual(table.trimEnd().split("\n\n")[0]?.split("\n"), settingNames.map(settingRow))
  })

  it("have every error, and every metric once", async () => {
    const [http, metrics] = await Promise.all([read("docs/http.md"), read("docs/metrics.md")])
    for (const code of Object.keys(statusOf)) if (code !== "not_ready") assert.include(http, `\`${code}\``)
    for (const name of await declared()) assert.lengthOf(metrics.split(`| \`${name}\` |`), 2, name)
  })
})

const excluded = /(^|[\\/])(node_modules|\.cache|dist|test|testing)$/

describe("the production install of the image", { timeout: 300_000 }, () => {
  let folder = ""
  const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    execFileSync(process.execPath, [join(folder, "packages/runner/src/main.ts"), ...args], {
      cwd: folder,
      stdio: "pipe",
      env: { ...process.env, ...env }
    }).toString()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "alga-image-"))
    for (const name of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "packages"]) {
      await cp(join(root, name), join(folder, name), { recursive: true, filter: (path) => !excluded.test(path) })
    }
    const image = await read("deploy/Dockerfile")
    const install = /npx --yes pnpm@12 (install --prod .*)/.exec(image)?.[1]?.replaceAll('"', "").split(" ") ?? []
    const copied = /^COPY --from=jco \/app\/(\S+) \/app\/\1$/m.exec(image)?.[1] ?? ""
    const options = { cwd: folder, stdio: "pipe" } as const
    const around = process.env["npm_execpath"] ?? ""
    const [program = "", ...before] = /\bpnpm$/.test(around) ? [around] : ["npx", "--yes", "pnpm@12"]
    execFileSync(program, [...before, ...install, "--prefer-offline"], options)
    const bundleJco = join(root, "packages/adapters-wit/scripts/bundleJco.ts")
    execFileSync(process.execPath, [bundleJco, join(folder, copied)], options)
  }, 240_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it("has no toolchain and no embedded database", async () => {
    const installed = (await readdir(join(folder, "node_modules/.pnpm"))).join(" ")
    assert.include(installed, "effect@")
    assert.notMatch(installed, /jco|pglite|esbuild|typescript|rolldown/)
  })

  it("is enough to start the runner and to take a component in", async () => {
    const file = join(folder, "component.wasm")
    await writeFile(file, await buildFixtureComponent("asked"))
    assert.include(JSON.parse(run(["inspect", "--json", file])).capabilities, "cap:client.read")
  })

  it("says what to install for the debug stream, where its address is set", () => {
    const settings = {
      DATABASE_URL: "postgres://localhost/none",
      RUNNER_SERVICE_TOKEN: "t".repeat(32),
      BUNDLE_STORE_BASE: folder,
      RUNNER_DEBUG_REDIS_URL: "redis://:s3cret@127.0.0.1:1"
    }
    assert.throws(
      () => run(["serve"], settings),
      /RUNNER_DEBUG_REDIS_URL is set, and @redis\/client is not installed: npm install @redis\/client@\^\d/
    )
  })

  it("is enough to be one of a cluster, and says what to install where that package is not there", async () => {
    const settings = {
      DATABASE_URL: "postgres://localhost/none",
      DATABASE_ADMIN_URL: "postgres://localhost/none",
      DATABASE_CLUSTER_URL: "postgres://localhost/none",
      RUNNER_SERVICE_TOKEN: "t".repeat(32),
      BUNDLE_STORE_BASE: folder
    }
    assert.throws(() => run(["serve", "--cluster"], settings), /CLUSTER_SECRET is not set: serve --cluster needs it/)
    await rm(join(folder, "packages/runner/node_modules/@alga-psa/ext-runner-cluster"))
    assert.throws(
      () => run(["serve", "--cluster"], settings),
      /alga-extension-runner: @alga-psa\/ext-runner-cluster is not installed: npm install @alga-psa\/ext-runner-cluster@\d/
    )
  })
})
