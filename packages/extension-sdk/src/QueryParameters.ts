import { percentDecode } from "./internal/percentDecode.ts"
import { RequestError } from "./RequestError.ts"

/**
 * The query of a URL, read as `application/x-www-form-urlencoded`, for engines that have no `URLSearchParams`.
 *
 * A parameter that is missing or blank is null. One that cannot be what it should be throws a `RequestError`; whether
 * a value is in range is the host's to judge. Of a repeated parameter the first counts.
 *
 * @example
 * ```ts
 * import { QueryParameters } from "@alga-psa/ext-extension-sdk"
 *
 * const query = new QueryParameters("search=north+wind&page=2&all=true")
 * console.log(query.text("search"), query.number("page"), query.flag("all"), query.text("other")) // north wind 2 true null
 * ```
 */
export class QueryParameters {
  readonly #values = new Map<string, string>()

  /** `query` is what follows the `?`, without it. */
  constructor(query: string) {
    for (const pair of query.split("&")) {
      if (pair === "") continue
      const split = pair.indexOf("=")
      const [name, value] = split < 0 ? [pair, ""] : [pair.slice(0, split), pair.slice(split + 1)]
      const key = percentDecode(name.replaceAll("+", " "))
      if (!this.#values.has(key)) this.#values.set(key, percentDecode(value.replaceAll("+", " ")))
    }
  }

  /** The text, as it was sent. */
  text(name: string): string | null {
    return this.#values.get(name) || null
  }

  /** A number in plain decimal digits. */
  number(name: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RequestError(`query ${name}`, "must be a number")
    return Number(text)
  }

  /** `true` or `false`. */
  flag(name: string): boolean | null {
    const text = this.oneOf(name, ["true", "false"])
    return text === null ? null : text === "true"
  }

  /** One of `cases`, exactly. */
  oneOf<const Case extends string>(name: string, cases: ReadonlyArray<Case>): Case | null {
    const text = this.text(name)
    if (text === null) return null
    const found = cases.find((one) => one === text)
    if (found === undefined) throw new RequestError(`query ${name}`, `must be one of ${cases.join(", ")}`)
    return found
  }
}
