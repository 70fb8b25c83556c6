import type { AnswerRecord } from "../../ExecutionRecord.ts"
import { make } from "./elements.ts"
import { indented } from "./json.ts"

const sized = (bytes: number): string => `${bytes} ${bytes === 1 ? "byte" : "bytes"}`

const bodyOf = ({ body, bytes, whole }: AnswerRecord): ReadonlyArray<Node> => {
  if (bytes === 0) return [make("p", "empty", "No body.")]
  if (body === null) return [make("p", "empty", `${sized(bytes)} that are not text.`)]
  const text = make("pre", "body", whole ? indented(body) : body)
  return whole ? [text] : [text, make("p", "empty", `The first ${body.length} characters of ${sized(bytes)}.`)]
}

/** What a handler answered: its status, its headers and its body. */
export const answerNodes = (answer: AnswerRecord): ReadonlyArray<Node> => {
  const { headers, status } = answer
  const rows = headers.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)])
  return [
    make("p", status >= 400 ? "status bad" : "status", String(status)),
    rows.length === 0 ? make("p", "empty", "No headers.") : make("dl", "headers", ...rows),
    ...bodyOf(answer)
  ]
}
