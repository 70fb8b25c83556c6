import { type FailReason, type FromGuest, failReasons } from "../child/Messages.ts"

/** A message of a guest whose shape was checked; what it carries was not. */
export type GuestMessage =
  | { readonly type: "ready" }
  | { readonly type: "loaded" }
  | {
      readonly type: "call"
      readonly interface: string
      readonly function: string
      readonly args: ReadonlyArray<unknown>
    }
  | {
      readonly type: "done"
      readonly response: unknown
      readonly obstacle: string | null
      readonly residentBytes: number
    }
  | { readonly type: "fail"; readonly reason: FailReason; readonly detail: string }

type Fields = Readonly<Record<string, unknown>>

const isFailReason = (value: unknown): value is FailReason => failReasons.some((reason) => reason === value)

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const checked: { readonly [Type in FromGuest["type"]]: (fields: Fields) => GuestMessage | null } = {
  ready: () => ({ type: "ready" }),
  loaded: () => ({ type: "loaded" }),
  call: ({ args, function: member, interface: name }) =>
    typeof name === "string" && typeof member === "string" && Array.isArray(args)
      ? { type: "call", interface: name, function: member, args }
      : null,
  done: ({ obstacle, residentBytes, response }) =>
    (obstacle === null || typeof obstacle === "string") && isSize(residentBytes) && response !== undefined
      ? { type: "done", response, obstacle, residentBytes }
      : null,
  fail: ({ detail, reason }) =>
    typeof detail === "string" && isFailReason(reason) ? { type: "fail", reason, detail } : null
}

const checks = new Map(Object.entries(checked))

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The message in a frame of a guest, or null where no guest's program sends such a one. Unknown fields are left out. */
export const guestMessage = (text: string): GuestMessage | null => {
  const value = parsed(text)
  if (value === null || typeof value !== "object") return null
  const fields = value as Fields
  const check = typeof fields["type"] === "string" ? checks.get(fields["type"]) : undefined
  return check?.(fields) ?? null
}
