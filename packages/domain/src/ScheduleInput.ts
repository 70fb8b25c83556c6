import { Schema } from "effect"
import { absent } from "./Absent.ts"
import * as Input from "./internal/input.ts"

const isJson = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null
  } catch {
    return false
  }
}

/** The product takes no longer one. */
const payloadCharacters = 100_000
const payloadRule = "must be valid JSON object or array"

const Payload = Input.text(0, payloadCharacters).check(Schema.makeFilter(isJson, { message: payloadRule }))
const ChangedPayload = Input.text(0, payloadCharacters).check(
  Schema.makeFilter((text) => text === "" || isJson(text), { message: payloadRule })
)

const endpoint = Input.text(1, 2_048)
const cron = Input.text(1, 200)

const optional = {
  /** An IANA time zone. */
  timezone: absent(Input.text(1, 100), Input.rules.text),
  enabled: absent(Schema.Boolean, Input.rules.flag),
  name: absent(Input.text(0, 255), Input.rules.text)
}

/** What a new schedule is to be. */
export const CreateScheduleInput = Schema.Struct({
  /** The id, or the method and path, of an endpoint. */
  endpoint,
  /** Five fields. */
  cron,
  ...optional,
  /** The text of a JSON object or array, at most 100,000 characters. */
  payload: absent(Payload, Input.rules.text)
})
export interface CreateScheduleInput extends Schema.Schema.Type<typeof CreateScheduleInput> {}

/** What is to change in a schedule. What is absent stays. */
export const UpdateScheduleInput = Schema.Struct({
  endpoint: absent(endpoint, Input.rules.text),
  cron: absent(cron, Input.rules.text),
  ...optional,
  /** An empty one clears it. */
  name: optional.name,
  /** As in {@link CreateScheduleInput}; an empty one clears it. */
  payload: absent(ChangedPayload, Input.rules.text)
})
export interface UpdateScheduleInput extends Schema.Schema.Type<typeof UpdateScheduleInput> {}
