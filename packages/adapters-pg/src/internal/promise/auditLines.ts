import { Context, type Layer, Logger, References } from "effect"
import type { AuditRecord } from "../../promise/AuditRecord.ts"

/** The records of the call that runs. */
export const AuditRecords = Context.Reference<Array<AuditRecord>>("@alga-psa/ext-adapters-pg/AuditRecords", {
  defaultValue: () => []
})

/** Stands for the extension of an install that is not known. */
export const noExtension = "00000000-0000-0000-0000-000000000000"

const keep = Logger.make(({ date, fiber, message }) => {
  const [text] = Array.isArray(message) ? message : [message]
  if (text !== "host call") return
  const { extension, ...line } = fiber.getRef(References.CurrentLogAnnotations) as unknown as AuditRecord
  fiber.getRef(AuditRecords).push({
    ...line,
    time: date.toISOString(),
    extension: extension === noExtension ? null : extension
  })
})

/** Keeps the lines of guarded calls as records, and writes no log. */
export const layerAuditRecords: Layer.Layer<never> = Logger.layer([keep])
