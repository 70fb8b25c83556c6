import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto"
import { promisify } from "node:util"

const iterations = 4096

/**
 * What PostgreSQL stores of a password (RFC 5803, SCRAM-SHA-256): sent in its place, so that the password itself reaches
 * neither the server nor a log. For printable ASCII, where a password is its own normal form.
 */
export const scramVerifier = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  const salted = await promisify(pbkdf2)(password, salt, iterations, 32, "sha256")
  const keyed = (text: string) => createHmac("sha256", salted).update(text).digest()
  const stored = createHash("sha256").update(keyed("Client Key")).digest("base64")
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${keyed("Server Key").toString("base64")}`
}
