import { Buffer } from "node:buffer"
import { readFile } from "node:fs/promises"
import { parse } from "@bytecodealliance/jco"
import { archiveOf, type Entry } from "./Archives.ts"

/** Something that an extension's publisher can put into a tenant's bundle store, to stop the runner. */
export interface Attack {
  readonly name: string
  /** How it is asked for: as an execution, or as a page, which needs no token. */
  readonly by: "execution" | "page"
  /** The bundle. Each number gives other bytes, so that nothing is known of it from before. */
  readonly bundle: (variant: number) => Promise<Buffer>
}

const text = (value: string): Uint8Array => Buffer.from(value)

const manifest = (variant: number, capabilities: ReadonlyArray<string> = []): Entry => ({
  name: "manifest.json",
  bytes: text(
    JSON.stringify({
      name: "com.example.attack",
      publisher: "Example",
      version: `1.0.${variant}`,
      runtime: "wasm-js@1",
      capabilities
    })
  )
})

const component = async (name: string, variant: number): Promise<Buffer> => {
  const wat = await readFile(new URL(`./guests/${name}.wat`, import.meta.url), "utf8")
  return archiveOf([manifest(variant), { name: "dist/main.wasm", bytes: await parse(wat) }])
}

const paxKeys = 116_000
const paxHeaders = 60
const manyCapabilities = 1_000_000
const zeros = 120 * 1_048_576

const paxFreeze = (variant: number): Buffer => {
  const line = (key: string) => `${key.length + 4} ${key}=\n`
  const keys = Array.from({ length: paxKeys }, (_, i) => line(`k${i}`)).join("")
  const header: Entry = { name: "x", type: "x", bytes: text("7 a=b\n") }
  return archiveOf([
    { name: "g", type: "g", bytes: text(keys) },
    ...Array.from({ length: paxHeaders }, () => header),
    manifest(variant)
  ])
}

/** What was tried on runners, of which each stopped one for seconds. */
export const attacks: ReadonlyArray<Attack> = [
  { name: "pax headers in pax headers, as a page", by: "page", bundle: async (variant) => paxFreeze(variant) },
  {
    name: "a manifest with a million capabilities",
    by: "execution",
    bundle: async (variant) =>
      archiveOf([
        manifest(
          variant,
          Array.from({ length: manyCapabilities }, (_, i) => `cap:made.up.${i}`)
        )
      ])
  },
  {
    name: "a component of 120 MiB of zeros",
    by: "execution",
    bundle: async (variant) => archiveOf([manifest(variant), { name: "dist/main.wasm", bytes: new Uint8Array(zeros) }])
  },
  {
    name: "types that take 40 MB of generated code",
    by: "execution",
    bundle: (variant) => component("intake-slot-bomb", variant)
  },
  {
    name: "host calls with 1.3 million values",
    by: "execution",
    bundle: (variant) => component("fat-host-calls", variant)
  }
]
