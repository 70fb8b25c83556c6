import { HostError, type HostErrorCode } from "../HostError.ts"

/** What a mock of a part of the host is made with. */
export interface MockPortOptions<Code extends HostErrorCode> {
  /** Every call fails with this code, whatever its input. */
  readonly fail?: Code
}

/** Whether a text has so many characters, and no NUL, as the host asks of every text. */
export const isText = (value: string, least: number, most: number): boolean => {
  const characters = [...value].length
  return characters >= least && characters <= most && !value.includes("\0")
}

/** Throws as the host does where a rule is broken. */
export const check = (holds: boolean, operation: string, code: HostErrorCode): void => {
  if (!holds) throw new HostError(operation, code)
}

/** Throws where a mock was told to fail. */
export const failing = (operation: string, code: HostErrorCode | undefined): void => {
  if (code !== undefined) throw new HostError(operation, code)
}
