/**
 * How values go from a guest process to the host: a tag, then for each kind what is said here, numbers most significant byte
 * first. Sizes stand before what they count, so that a reader that knows which type is due looks at no more than it takes.
 * Names of fields are four bytes of length and UTF-8.
 */
export const tags = {
  /** An option without a value. */
  none: 0,
  false: 1,
  true: 2,
  /** An IEEE 754 number of eight bytes. */
  number: 3,
  /** Eight bytes. */
  u64: 4,
  /** Four bytes of length, then UTF-8. */
  text: 5,
  /** Four bytes of length, then the bytes. */
  bytes: 6,
  /** Four bytes of count, then the values. */
  list: 7,
  /** Four bytes of count, then the fields: name, value. */
  record: 8
} as const

/** The first byte of a message of a guest process; the message's values follow. */
export const messageTypes = { ready: 1, loaded: 2, call: 3, done: 4, fail: 5 } as const
