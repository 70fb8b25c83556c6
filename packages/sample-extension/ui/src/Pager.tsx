import { Button } from "@alga-psa/ui-kit"

/** What a pager needs. */
export interface PagerProps {
  readonly page: number
  readonly pages: number
  /** The list that it turns, such as `Clients`. */
  readonly label: string
  readonly onPage: (page: number) => void
}

/** Turns the pages of a list. A button at the end stays in the tab order, so that focus is never lost. */
export const Pager = ({ label, onPage, page, pages }: PagerProps) => {
  const turn = (to: number) => ({
    "aria-disabled": to < 1 || to > pages,
    style: { cursor: to < 1 || to > pages ? "not-allowed" : "pointer" },
    onClick: () => {
      if (to >= 1 && to <= pages) onPage(to)
    }
  })
  return (
    <nav className="pager" aria-label={`Pages of ${label.toLowerCase()}`}>
      <Button variant="outline" {...turn(page - 1)}>
        Previous
      </Button>
      <span>
        Page {page} of {pages}
      </span>
      <Button variant="outline" {...turn(page + 1)}>
        Next
      </Button>
    </nav>
  )
}
