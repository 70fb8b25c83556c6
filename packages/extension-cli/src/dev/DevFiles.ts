import { lstat } from "node:fs/promises"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { type EgressEntry, parseEgressAllowlist } from "@alga-psa/ext-adapters-http"
import { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { readPlainFile } from "@alga-psa/ext-extension-sdk/PlainFiles"
import { Result } from "effect"
import type { BuildProblem } from "./Bench.ts"

/** Where an author keeps what the host around the extension is to have, beside the manifest. */
export const devFiles = { secrets: ".env.local", settings: "alga.dev.json", routes: "dev/routes" } as const

/** What these files say, as they are at the moment. */
export interface DevFiles {
  /** Null where there is no file of secrets. */
  readonly secrets: Readonly<Record<string, string>> | null
  /** Where `http.fetch` may go. */
  readonly origins: ReadonlyArray<EgressEntry>
  readonly hasRoutes: boolean
  readonly problems: ReadonlyArray<BuildProblem>
}

const mostBytes = 64 * 1024
const mostOrigins = 100

/** Whether something of that name is there, whatever it is. */
export const isThere = async (folder: string, name: string): Promise<boolean> =>
  (await lstat(join(folder, name)).catch(() => null)) !== null

/** A file's text; null where it is not there. */
const textOf = async (folder: string, name: string): Promise<string | null> =>
  (await isThere(folder, name)) ? new TextDecoder().decode(await readPlainFile(folder, name, mostBytes)) : null

/** Reads `[http://|https://]host[:port]`; null where it is no such text. */
const originOf = (given: unknown): EgressEntry | null => {
  if (typeof given !== "string" || given.includes(",")) return null
  return Result.getOrElse(parseEgressAllowlist(given), () => [])[0] ?? null
}

const originsIn = (text: string): ReadonlyArray<EgressEntry> | string => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return "is not JSON"
  }
  const { fetch = [], ...rest } = (typeof value === "object" && value !== null ? value : { is: null }) as Record<
    string,
    unknown
  >
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined || Array.isArray(value))
    return 'must be an object such as {"fetch": ["https://api.example.com"]}'
  if (!Array.isArray(fetch) || fetch.length > mostOrigins)
    return `fetch must be a list of at most ${mostOrigins} addresses`
  const origins = fetch.map(originOf)
  const wrong = origins.indexOf(null)
  return wrong < 0
    ? origins.filter((origin) => origin !== null)
    : `fetch[${wrong}] must be an address such as "https://api.example.com" or "http://127.0.0.1:4010", without a path`
}

/** Reads them. A faulty file is a problem, and counts as missing. No secret is in a problem. */
export const readDevFiles = async (folder: string): Promise<DevFiles> => {
  const problems: Array<BuildProblem> = []
  const attempt = async (name: string): Promise<string | null> => {
    try {
      return await textOf(folder, name)
    } catch (error) {
      problems.push({ where: name, message: error instanceof FileRefused ? error.why : "cannot be read" })
      return null
    }
  }
  const [secrets, settings] = [await attempt(devFiles.secrets), await attempt(devFiles.settings)]
  const origins = settings === null ? [] : originsIn(settings)
  if (typeof origins === "string") problems.push({ where: devFiles.settings, message: origins })
  return {
    secrets: secrets === null ? null : (parseEnv(secrets) as Record<string, string>),
    origins: typeof origins === "string" ? [] : origins,
    hasRoutes: await isThere(folder, devFiles.routes),
    problems
  }
}
