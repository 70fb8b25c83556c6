/** What a body can be made of here. */
export type BodySource = string | ArrayBuffer | ArrayBufferView | { toString(): string }

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)

const absent = (name: string, substitute: string): TypeError =>
  new TypeError(`an extension has no ${name}: use ${substitute}`)

const copied = (source: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice()

/** The bytes of a body, and the content type that the standard gives it where it gives one. */
export const extractBody = (
  source: BodySource
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string | null } => {
  const tag = tagOf(source)
  if (ArrayBuffer.isView(source) || tag === "ArrayBuffer") {
    return { bytes: copied(source as ArrayBuffer | ArrayBufferView), type: null }
  }
  if (tag === "ReadableStream" || tag === "Blob" || tag === "FormData") {
    throw absent(`body made of a ${tag}`, "a string or a Uint8Array")
  }
  const type = tag === "URLSearchParams" ? "application/x-www-form-urlencoded" : "text/plain"
  return { bytes: new TextEncoder().encode(String(source)), type: `${type};charset=UTF-8` }
}

/** `Body` of the Fetch Standard over bytes that are all there. Streams, blobs and forms are not. */
export class Body {
  #bytes: Uint8Array<ArrayBuffer> | null
  #used = false

  constructor(bytes: Uint8Array<ArrayBuffer> | null) {
    this.#bytes = bytes
  }

  get bodyUsed(): boolean {
    return this.#used
  }

  get body(): null {
    if (this.#bytes === null) return null
    throw absent(`${tagOf(this)}.body`, "arrayBuffer(), text() or json()")
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.take()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.take().buffer
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.take())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async blob(): Promise<never> {
    throw absent(`${tagOf(this)}.blob()`, "arrayBuffer()")
  }

  async formData(): Promise<never> {
    throw absent(`${tagOf(this)}.formData()`, "text()")
  }

  /** A copy of the body for a clone; null where there is none. */
  protected copy(): Uint8Array<ArrayBuffer> | null {
    if (this.#used) throw new TypeError(`${tagOf(this)}: its body was read already`)
    return this.#bytes?.slice() ?? null
  }

  /** The body, which can be read once. */
  protected take(): Uint8Array<ArrayBuffer> {
    if (this.#used) throw new TypeError(`${tagOf(this)}: its body was read already`)
    this.#used = this.#bytes !== null
    return this.#bytes ?? new Uint8Array()
  }
}
