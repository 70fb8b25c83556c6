import type { FileRefused } from "@alga-psa/ext-extension-sdk/FileRefused"
import { type Finding, finding } from "./Finding.ts"
import { shownPath } from "./internal/shownPath.ts"

/** A file that is refused, as a finding: its words say what is wrong and what to do. */
export const fileFinding = (folder: string, { file, why }: Pick<FileRefused, "file" | "why">): Finding => {
  const [, text = why, remedy = "remove it"] = /^(.*?): (.*)$/s.exec(why) ?? []
  return finding({ code: "file-refused", at: { file: shownPath(folder, file) }, text, remedy })
}
