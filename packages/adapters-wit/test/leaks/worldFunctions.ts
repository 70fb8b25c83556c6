import { fileURLToPath } from "node:url"
import { componentEmbed, print } from "@bytecodealliance/jco"
import type { Imported } from "./guestText.ts"

export const wit = fileURLToPath(new URL("../../wit", import.meta.url))

const words = (text: string | undefined): ReadonlyArray<string> => text?.trim().split(" ") ?? []

/** All functions that the world imports, with their core types, from its WIT. */
export const worldFunctions = async (): Promise<ReadonlyArray<Imported>> => {
  const text = await print(await componentEmbed({ dummy: true, witPath: wit, world: "runner" }))
  const types = [...text.matchAll(/^ {2}\(type .*?\(func(?: \(param ([^)]*)\))?(?: \(result ([^)]*)\))?\)\)$/gm)]
  return [
    ...text.matchAll(/^ {2}\(import "(?:cm32p2\|)?([^"]+)\/([^"]+)" "([^"]+)" \(func .*\(type (\d+)\)\)\)$/gm)
  ].map(([, origin = "", from = "", member = "", type]) => {
    const [, takes, gives] = types[Number(type)] ?? []
    return {
      name: `${from}.${member}`,
      from: `${origin}/${from}`,
      member,
      takes: words(takes),
      gives: gives ?? null
    }
  })
}
