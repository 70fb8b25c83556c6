const errorResponse = 0x45
const header = 5

/** The SQLSTATE where a server's message is an error, empty where the error has none that can be read; null for another message. */
export const refusalOf = (message: Buffer): string | null => {
  if (message[0] !== errorResponse) return null
  const fields = message.subarray(header).toString("latin1").split("\0")
  return fields.find((field) => field.startsWith("C"))?.slice(1) ?? ""
}
