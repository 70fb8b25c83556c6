import { Buffer } from "node:buffer"
import { Duplex } from "node:stream"
import type { PGlite } from "@electric-sql/pglite"

/** What the client calls on a socket and a plain stream has not. */
const socketOptions = {
  setNoDelay(this: Duplex) {
    return this
  },
  setKeepAlive(this: Duplex) {
    return this
  }
}

/** Ends what an earlier connection left open, and forgets its prepared statements. The database keeps one session. */
const reset = async (database: PGlite): Promise<void> => {
  for (const statement of ["ROLLBACK", "DISCARD ALL", "SET search_path = public"]) await database.exec(statement)
}

/**
 * Makes connections to an embedded database that look like sockets: what is written is one chunk of the wire protocol,
 * and is answered before the next. A failure of the database ends the connection.
 */
export const makeSession = (database: PGlite) => (): Duplex => {
  let last: Promise<void> = reset(database)

  const connection = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      last = last
        .then(() => database.execProtocolRaw(chunk))
        .then((answer) => {
          if (answer.byteLength > 0) connection.push(Buffer.from(answer))
        })
      last.then(() => done(), done)
    },
    final(done) {
      last.then(
        () => {
          connection.push(null)
          done()
        },
        () => done()
      )
    }
  })
  return Object.assign(connection, socketOptions)
}
