import { loadingError } from "./loading.ts"

/** What the host tells an extension of one request, beside what its caller sent. */
export interface RequestFacts {
  /** Milliseconds since 1970; null where the host tells no time. */
  readonly time: number | null
  /** 32 random bytes in base64url; null where the host sends none. */
  readonly seed: string | null
  /** The capabilities that the execution has; null where the host does not say. */
  readonly capabilities: ReadonlySet<string> | null
}

interface Header {
  readonly name: string
  readonly value: string
}

const time = "x-alga-request-time"
const seed = "x-alga-request-seed"
const capabilities = "x-alga-capabilities"
const ofHost: ReadonlySet<string> = new Set([capabilities, time, seed])

let facts: RequestFacts | null = null

/** A header's value, where it was sent once and has this form. */
const sentOnce = (headers: ReadonlyArray<Header>, name: string, form: RegExp): string | null => {
  const [found, ...more] = headers.filter((header) => header.name.toLowerCase() === name)
  return found !== undefined && more.length === 0 && form.test(found.value) ? found.value : null
}

/** Notes what the host's own headers say, and gives those of the caller, which are for the handler. */
export const beginRequest = <A extends Header>(headers: ReadonlyArray<A>): Array<A> => {
  const milliseconds = sentOnce(headers, time, /^\d{1,15}$/)
  const names = sentOnce(headers, capabilities, /^[\w:.,-]{0,4096}$/)
  facts = {
    time: milliseconds === null ? null : Number(milliseconds),
    seed: sentOnce(headers, seed, /^[\w-]{43}$/),
    capabilities: names === null ? null : new Set(names.split(","))
  }
  return headers.filter(({ name }) => !ofHost.has(name.toLowerCase()))
}

/** Forgets what the last request was told. */
export const endRequest = (): void => {
  facts = { time: null, seed: null, capabilities: null }
}

const hostFact = <Name extends "time" | "seed">(
  name: Name,
  asked: string,
  from: string
): NonNullable<RequestFacts[Name]> => {
  if (facts === null) throw loadingError(asked)
  const value = facts[name]
  if (value === null) throw new Error(`${asked}: this host sends no ${name} with a request (${from})`)
  return value
}

/** The time of the request, for what is `asked`. Throws where there is none. */
export const timeFor = (asked: string): number => hostFact("time", asked, time)

/** The seed of the request, for what is `asked`. Throws where there is none. */
export const seedFor = (asked: string): string => hostFact("seed", asked, seed)

/** The capabilities of the present execution, for what is `asked`; null where the host does not say. */
export const capabilitiesNow = (asked: string): ReadonlySet<string> | null => {
  if (facts === null) throw loadingError(asked)
  return facts.capabilities
}
