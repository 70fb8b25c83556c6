import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  type ServerOptions,
  ServerResponse
} from "node:http"

type Headers = OutgoingHttpHeaders | Array<OutgoingHttpHeader>

/** An HTTP server whose callers have `answerMs` milliseconds from the head of an answer to take all of it. */
export const timedServer = (options: ServerOptions, answerMs: number): Server => {
  class TimedResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
      const late = setTimeout(() => this.destroy(), answerMs)
      this.once("close", () => clearTimeout(late))
      return reason === undefined || typeof reason === "string"
        ? super.writeHead(status, reason, headers)
        : super.writeHead(status, reason)
    }
  }
  return createServer({ ...options, ServerResponse: TimedResponse })
}
