import { Button, Card } from "@alga-psa/ui-kit"
import { type ReactNode, useEffect, useRef, useState } from "react"
import type { FailureCode } from "./Failure.ts"
import type { Answer, Ask } from "./Handler.ts"
import { Notice } from "./Notice.tsx"

/** One line of a record. */
export type Fact = readonly [label: string, value: ReactNode]

/** What a record's view needs. */
export interface DetailsProps<Item> {
  readonly ask: Ask
  /** The handler's route of the record. */
  readonly path: string
  /** The list that it belongs to, such as `clients`. */
  readonly things: string
  readonly nameOf: (item: Item) => string
  readonly factsOf: (item: Item) => ReadonlyArray<Fact>
  readonly onBack: () => void
}

/** One record. Its heading takes the focus, so that a reader starts there. */
export const Details = <Item,>({ ask, factsOf, nameOf, onBack, path, things }: DetailsProps<Item>) => {
  const [answer, setAnswer] = useState<Answer<Item> | null>(null)
  const [question, setQuestion] = useState({ path })
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    let current = true
    ask<Item>(question.path).then((given) => {
      if (current) setAnswer(given)
    })
    return () => {
      current = false
    }
  }, [ask, question])

  useEffect(() => {
    if (answer !== null) heading.current?.focus()
  }, [answer])

  const failed = (code: FailureCode) => (
    <Notice
      code={code}
      things={things}
      onRemedy={(remedy) => {
        if (remedy !== "retry") return onBack()
        setAnswer(null)
        setQuestion({ path })
      }}
    />
  )
  return (
    <section aria-label="Details" aria-busy={answer === null}>
      <Button variant="outline" className="back" onClick={onBack}>
        <span aria-hidden="true">←</span> All {things}
      </Button>
      {answer === null && <p role="status">Loading…</p>}
      {answer?.ok === false && failed(answer.code)}
      {answer?.ok && (
        <Card className="details">
          <h2 ref={heading} tabIndex={-1}>
            {nameOf(answer.value)}
          </h2>
          <dl>
            {factsOf(answer.value).map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Card>
      )}
    </section>
  )
}
