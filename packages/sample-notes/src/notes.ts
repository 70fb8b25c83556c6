import { type HostBindings, RequestError } from "@alga-psa/ext-extension-sdk"

const namespace = "notes"
const mostCharacters = 4_000

/** A client's note. `revision` is null where there is none yet. */
export interface Note {
  readonly text: string
  readonly revision: number | null
}

const textOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "text" in value && typeof value.text === "string" ? value.text : ""

/** The note of a client that the caller may see; null where they see no such client. */
export const readNote = async (host: HostBindings, clientId: string): Promise<Note | null> => {
  const client = await host.clients.get(clientId)
  if (client === null) return null
  const stored = await host.storage.getJson(namespace, clientId)
  return stored === null ? { text: "", revision: null } : { text: textOf(stored.value), revision: stored.revision }
}

/** Keeps a note, unless somebody else wrote it since the revision that the caller has: that is a `conflict`. */
export const keepNote = async (host: HostBindings, clientId: string, given: unknown): Promise<Note | null> => {
  const { revision, text } = given as Partial<Note>
  if (typeof text !== "string" || text.length > mostCharacters) {
    throw new RequestError("text", `must be text of at most ${mostCharacters} characters`)
  }
  if (revision !== null && typeof revision !== "number") throw new RequestError("revision", "must be a number or null")
  if ((await host.clients.get(clientId)) === null) return null
  const options = revision === null ? {} : { ifRevision: revision }
  return { text, revision: await host.storage.putJson(namespace, clientId, { text }, options) }
}
