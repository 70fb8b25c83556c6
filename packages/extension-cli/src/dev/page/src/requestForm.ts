import type { HostSettings } from "@alga-psa/ext-development-host/HostSettings"
import type { BenchEndpoint } from "../../Bench.ts"
import type { SentAnswer } from "../../ExecutionRecord.ts"
import { answerNodes } from "./answers.ts"
import { element, make } from "./elements.ts"

/** What a person has written into the form. */
interface Written {
  readonly method: string
  readonly path: string
  readonly body: string
  /** What they made of the form; null where they left it as it was. */
  readonly open: boolean | null
}

const key = "alga-dev-request"

const another = "another"

const kept = (): Partial<Written> => JSON.parse(sessionStorage.getItem(key) ?? "{}")

/** Whether a path is one of an endpoint's, whose parameters stand for any segment. */
const fits = (endpoint: BenchEndpoint, method: string, path: string): boolean => {
  const [wanted, given] = [endpoint.path.split("/"), (path.split("?")[0] ?? "").split("/")]
  return (
    endpoint.method === method &&
    wanted.length === given.length &&
    wanted.every((segment, at) => /^[:*{]/.test(segment) || segment === given[at])
  )
}

/** A request as the form sends it. */
export interface FormRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly body: string | null
}

/** The form that sends requests to the handler. What is written there outlives a reload. */
export const startRequestForm = (settings: HostSettings, ask: (request: FormRequest) => Promise<Response>) => {
  const form = element<HTMLDetailsElement>("try")
  const [path, method] = [element<HTMLInputElement>("path"), element<HTMLSelectElement>("method")]
  const [body, endpoint] = [element<HTMLTextAreaElement>("body"), element<HTMLSelectElement>("endpoint")]
  const answer = element("answer")
  const before = kept()
  let isWritten = before.path !== undefined
  let chosenOpen = before.open ?? null
  path.value = before.path ?? path.value
  method.value = before.method ?? method.value
  body.value = before.body ?? ""
  form.open = chosenOpen ?? settings.frame === null

  const keep = () => {
    const written = isWritten ? { method: method.value, path: path.value, body: body.value } : {}
    sessionStorage.setItem(key, JSON.stringify({ ...written, open: chosenOpen } satisfies Partial<Written>))
  }

  let endpoints: ReadonlyArray<BenchEndpoint> = []
  const showChosen = () => {
    const at = endpoints.findIndex((one) => fits(one, method.value, path.value))
    endpoint.value = at < 0 ? another : String(at)
  }
  const fill = (chosen: BenchEndpoint) => {
    method.value = chosen.method
    path.value = chosen.path
  }
  const edited = () => {
    isWritten = true
    showChosen()
    keep()
  }

  endpoint.addEventListener("change", () => {
    const chosen = endpoints[Number(endpoint.value)]
    if (chosen !== undefined) fill(chosen)
    path.focus()
    const parameter = /:[A-Za-z]\w*|\{[^}]*\}|\*/.exec(path.value)
    if (parameter !== null) path.setSelectionRange(parameter.index, parameter.index + parameter[0].length)
    edited()
  })
  for (const field of [path, method, body]) field.addEventListener("input", edited)
  form.querySelector("summary")?.addEventListener("click", () => {
    chosenOpen = !form.open
    keep()
  })

  let sends = 0
  const send = async () => {
    const now = ++sends
    answer.replaceChildren("…")
    const sent = method.value === "GET" || body.value === "" ? null : body.value
    try {
      const response = await ask({ method: method.value, target: path.value, body: sent })
      const { answer: given, error }: SentAnswer = await response.json()
      // An answer that comes late would stand below a request that it does not belong to.
      if (now !== sends) return
      answer.replaceChildren(...(given === null ? [make("pre", "error", error ?? "")] : answerNodes(given)))
    } catch {
      if (now === sends) answer.replaceChildren("The development server did not answer.")
    }
  }
  element("send").addEventListener("click", send)
  path.addEventListener("keydown", ({ key: pressed }) => {
    if (pressed === "Enter") send()
  })

  return {
    /** Offers these endpoints. The first one stands in the form where nobody has written there. */
    offer: (given: ReadonlyArray<BenchEndpoint>) => {
      if (JSON.stringify(given) === JSON.stringify(endpoints)) return
      endpoints = given
      const [first] = endpoints
      if (first !== undefined && !isWritten) fill(first)
      element("endpoints").hidden = first === undefined
      endpoint.replaceChildren(
        ...endpoints.map((one, at) =>
          Object.assign(make("option", "", `${one.method} ${one.path}`), { value: String(at) })
        ),
        Object.assign(make("option", "", "Another path"), { value: another })
      )
      showChosen()
    }
  }
}
