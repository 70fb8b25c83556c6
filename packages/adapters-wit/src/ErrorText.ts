/**
 * What an error says, for a terminal. Where it says nothing: what its cause says, else its name. Never empty.
 */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error) || "an error without a message"
  if (error.message.trim() !== "") return error.message
  return error.cause === undefined ? error.name : errorText(error.cause)
}
