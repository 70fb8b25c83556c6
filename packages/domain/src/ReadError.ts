import { Schema } from "effect"
import type { CallError } from "./CallError.ts"

/** The three codes that an extension can see of a read. */
export const ReadErrorCode = Schema.Literals(["not-allowed", "invalid-input", "internal"])
export type ReadErrorCode = typeof ReadErrorCode.Type

/** How a guarded read fails: its `code` is what an extension sees. */
export type ReadError = CallError
