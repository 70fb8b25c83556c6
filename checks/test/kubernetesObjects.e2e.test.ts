import { execFile } from "node:child_process"
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { type KubernetesObject, objectsIn } from "../src/deploy/Manifests.ts"
import { root } from "../src/documents/Pages.ts"

const run = promisify(execFile)

const files = [
  ...(await Array.fromAsync(glob("deploy/kubernetes/*.yaml", { cwd: root }))),
  ...["runner", "cluster", "autoscaling"].map((name) => `deploy/helm/examples/${name}.yaml`)
]

const found = (
  await Promise.all(
    files.map(async (path) => objectsIn(await readFile(join(root, path), "utf8")).map((object) => ({ path, object })))
  )
).flat()

/** The module of a kind among the models: `apps/v1/Deployment`. Groups end in `.k8s.io`, but for the oldest. */
const moduleOf = ({ apiVersion, kind }: KubernetesObject): string => `kubernetes-models/${apiVersion}/${kind}`

interface Model {
  readonly validate: () => void
}

/** Holds an object to the schema of its kind. Throws with what is wrong. */
const validate = async (object: KubernetesObject): Promise<void> => {
  const { [object.kind]: Kind } = (await import(moduleOf(object))) as Record<string, new (data: object) => Model>
  assert.isDefined(Kind, moduleOf(object))
  if (Kind !== undefined) new Kind(object).validate()
}

let folder = ""
beforeAll(async () => {
  await mkdir(join(root, "checks/.cache"), { recursive: true })
  folder = await mkdtemp(join(root, "checks/.cache/objects-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the compiler says of objects as literals of their kinds' types: a field that a kind does not have is one too many. */
const unknownFields = async (objects: ReadonlyArray<KubernetesObject>): Promise<string> => {
  const lines = objects.flatMap((object, i) => [
    `import type { I${object.kind} as Kind${i} } from "${moduleOf(object)}"`,
    `export const object${i}: Kind${i} = ${JSON.stringify(object)}`
  ])
  const file = join(folder, `objects${crypto.randomUUID()}.ts`)
  await writeFile(file, lines.join("\n"))
  const options = [
    "--noEmit",
    "--ignoreConfig",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "esnext",
    "--types",
    ""
  ]
  return run(join(root, "node_modules/.bin/tsc"), [...options, file]).then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout
  )
}

const deployment = found.find(({ object }) => object.kind === "Deployment")?.object as KubernetesObject

describe("the objects for Kubernetes", () => {
  it("are found, each with a kind", () => {
    assert.isAtLeast(found.length, 25)
  })

  it.each(found.map(({ object, path }) => ({ path, name: `${object.kind} ${object.metadata.name}`, object })))(
    "are as the schema of their kind says: $path, $name",
    async ({ object }) => {
      await validate(object)
    }
  )

  it("have no field that their kind does not have", async () => {
    assert.strictEqual(await unknownFields(found.map(({ object }) => object)), "")
  })

  it("would be refused with a value of another type, or a field misspelt", async () => {
    const typed = { ...deployment, spec: { ...deployment.spec, replicas: "two" } }
    const refused = await validate(typed).catch(String)
    assert.match(String(refused), /replicas/)
    const misspelt = { ...deployment, spec: { ...deployment.spec, replica: 2 } }
    assert.match(await unknownFields([misspelt]), /replica/)
  })
})
