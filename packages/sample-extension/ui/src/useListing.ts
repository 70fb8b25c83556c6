import { useCallback, useEffect, useRef, useState } from "react"
import type { FailureCode } from "./Failure.ts"
import type { Ask, Page } from "./Handler.ts"

/** How many rows a page of the table has. */
const pageSize = 10

/** What a list asks for. */
export interface Query {
  readonly search: string
  /** The value of the list's own filter; empty for none. */
  readonly filter: string
  /** From 1. */
  readonly page: number
}

/** A list on the screen. While it loads, the rows before stay. */
export interface Listing<Item> {
  readonly query: Query
  /** What stands in the search field; it becomes the query's `search` when typing rests. */
  readonly text: string
  readonly loading: boolean
  readonly failure: FailureCode | null
  readonly shown: Page<Item> | null
  readonly type: (text: string) => void
  /** Searches for a text when typing rests, unless another one stands in the field by then. */
  readonly search: (text: string) => void
  /** Changes the query; its page is the first unless it is named. */
  readonly change: (query: Partial<Query>) => void
  readonly reload: () => void
}

/** Where a list comes from. */
export interface Source {
  readonly route: string
  /** The parameter that `Query.filter` is sent as. */
  readonly filterName: string
}

const pathOf = ({ filterName, route }: Source, { filter, page, search }: Query): string => {
  const parameters = new URLSearchParams({ page: String(page), pageSize: String(pageSize) })
  if (search.trim() !== "") parameters.set("search", search.trim())
  if (filter !== "") parameters.set(filterName, filter)
  return `${route}?${parameters}`
}

/**
 * A list of the handler's, asked for from the first time that it is `visible` and whenever its query changes. An answer
 * that comes after the query changed is dropped.
 */
export const useListing = <Item>(ask: Ask, source: Source, visible: boolean): Listing<Item> => {
  const [query, setQuery] = useState<Query>({ search: "", filter: "", page: 1 })
  const [text, setText] = useState("")
  const typed = useRef("")
  const [wanted, setWanted] = useState(visible)
  const [state, setState] = useState<Pick<Listing<Item>, "loading" | "failure" | "shown">>({
    loading: true,
    failure: null,
    shown: null
  })
  if (visible && !wanted) setWanted(true)

  useEffect(() => {
    if (!wanted) return
    let current = true
    setState((before) => ({ ...before, loading: true }))
    ask<Page<Item>>(pathOf(source, query)).then((answer) => {
      if (!current) return
      setState(
        answer.ok
          ? { loading: false, failure: null, shown: answer.value }
          : { loading: false, failure: answer.code, shown: null }
      )
    })
    return () => {
      current = false
    }
  }, [ask, source, query, wanted])

  const change = useCallback((next: Partial<Query>) => setQuery((before) => ({ ...before, page: 1, ...next })), [])
  const type = useCallback((next: string) => {
    typed.current = next
    setText(next)
  }, [])
  const search = useCallback(
    (next: string) => {
      if (next === typed.current) change({ search: next })
    },
    [change]
  )
  const reload = useCallback(() => setQuery((before) => ({ ...before })), [])
  return { query, text, ...state, type, search, change, reload }
}
