/** The lists of the page. */
export type ListName = "clients" | "services"

/** What the page shows: a list, or one of its records. */
export interface Place {
  readonly list: ListName
  readonly id: string | null
}

/** The place of a path such as `/services` or `/clients/{id}`; null for any other path. */
export const placeOf = (path: string): Place | null => {
  const [, list, id] = /^\/(clients|services)(?:\/([0-9a-f-]{36}))?\/?$/i.exec(path) ?? []
  return list === "clients" || list === "services" ? { list, id: id ?? null } : null
}
