import "./FillIns.ts"
import { setGlobal } from "./internal/setGlobal.ts"
import { Headers } from "./internal/web/Headers.ts"
import { Request } from "./internal/web/Request.ts"
import { Response } from "./internal/web/Response.ts"

/** Gives a component `Headers`, `Request` and `Response`. It is bundled where the code uses one of them. */
for (const [name, value] of Object.entries({ Headers, Request, Response })) {
  setGlobal(name, value)
}
