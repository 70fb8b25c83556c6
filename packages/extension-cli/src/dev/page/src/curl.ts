import type { ExecutionRecord } from "../../ExecutionRecord.ts"

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The command that sends the request of an execution again; null where the request is too long for one. A body that is no text is in a file. */
export const curlOf = ({ sent, viewerName }: ExecutionRecord, origin: string): string | null => {
  const { body, bytes, method, target, type } = sent
  if (target === null) return null
  const data = bytes === 0 ? [] : [body === null ? "--data-binary @body" : `--data-raw ${quoted(body)}`]
  const typed = type !== null ? [`-H ${quoted(`content-type: ${type}`)}`] : bytes === 0 ? [] : ["-H 'content-type:'"]
  const how = method === "GET" && bytes === 0 ? [] : [`-X ${method}`]
  return ["curl", ...how, quoted(`${origin}/as/${viewerName}${target}`), ...typed, ...data].join(" ")
}
