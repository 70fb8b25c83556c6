import { Alert, AlertDescription, AlertTitle, Button } from "@alga-psa/ui-kit"
import { type FailureCode, type FailureText, failureText } from "./Failure.ts"

const labels = { retry: "Try again", "clear-search": "Clear the search", back: "Back to the list" } as const

const tones = {
  "not-allowed": "info",
  "invalid-input": "warning",
  "not-found": "warning",
  unreachable: "warning",
  internal: "danger"
} as const

/** What a notice needs. */
export interface NoticeProps {
  readonly code: FailureCode
  /** What could not be read, such as `clients`. */
  readonly things: string
  readonly onRemedy: (remedy: FailureText["remedy"]) => void
}

/** Tells a person what failed and what may help. Screen readers announce it. */
export const Notice = ({ code, onRemedy, things }: NoticeProps) => {
  const { remedy, text, title } = failureText(code, things)
  return (
    <Alert tone={tones[code]} style={{ color: "var(--alga-fg)" }}>
      <AlertTitle className="notice-title">{title}</AlertTitle>
      <AlertDescription>{text}</AlertDescription>
      <Button
        variant="outline"
        size="sm"
        className="notice-action"
        style={{ background: "var(--alga-bg)" }}
        onClick={() => onRemedy(remedy)}
      >
        {labels[remedy]}
      </Button>
    </Alert>
  )
}
