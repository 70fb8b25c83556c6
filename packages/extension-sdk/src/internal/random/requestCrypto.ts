import { sha1 } from "@noble/hashes/legacy.js"
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js"
import { RandomStream } from "./RandomStream.ts"

const stream = new RandomStream("crypto")

const hashes = { "SHA-1": sha1, "SHA-256": sha256, "SHA-384": sha384, "SHA-512": sha512 } as const

type Bytes = ArrayBuffer | ArrayBufferView

const bytesOf = (data: unknown): Uint8Array => {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (Object.prototype.toString.call(data) === "[object ArrayBuffer]") return new Uint8Array(data as ArrayBuffer)
  throw new TypeError("crypto.subtle.digest: the data must be an ArrayBuffer or a view of one")
}

const digest = async (algorithm: string | { readonly name: string }, data: Bytes): Promise<ArrayBuffer> => {
  const name = String(typeof algorithm === "string" ? algorithm : algorithm?.name).toUpperCase()
  if (!Object.hasOwn(hashes, name)) {
    throw new DOMException(
      `crypto.subtle.digest: ${name} is not there: use one of ${Object.keys(hashes).join(", ")}`,
      "NotSupportedError"
    )
  }
  return hashes[name as keyof typeof hashes](bytesOf(data)).slice().buffer as ArrayBuffer
}

const missing = ["encrypt", "decrypt", "sign", "verify", "generateKey", "importKey", "exportKey"]
const rarely = ["deriveKey", "deriveBits", "wrapKey", "unwrapKey"]

const refusing = (name: string) => async (): Promise<never> => {
  throw new DOMException(
    `an extension has no crypto.subtle.${name}: use a library in JavaScript, such as @noble/hashes or @noble/ciphers`,
    "NotSupportedError"
  )
}

const subtle = {
  digest,
  ...Object.fromEntries([...missing, ...rarely].map((name) => [name, refusing(name)]))
}

const ofIntegers = /^\[object (Big)?(Ui|I)nt(8|16|32|64)(Clamped)?Array\]$/
const mostBytes = 65_536

const getRandomValues = <View extends ArrayBufferView>(into: View): View => {
  if (!ofIntegers.test(Object.prototype.toString.call(into))) {
    throw new DOMException("crypto.getRandomValues: must be given an array of integers", "TypeMismatchError")
  }
  if (into.byteLength > mostBytes) {
    throw new DOMException(`crypto.getRandomValues: at most ${mostBytes} bytes at once`, "QuotaExceededError")
  }
  bytesOf(into).set(stream.take(into.byteLength, "crypto.getRandomValues()"))
  return into
}

const randomUUID = (): string => {
  const bytes = stream.take(16, "crypto.randomUUID()")
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** `crypto` of the request's seed. Of `subtle` there is `digest`. */
export const requestCrypto = { getRandomValues, randomUUID, subtle }
