import type { HostBindings } from "../HostBindings.ts"
import { binding as context } from "./bindings/context.ts"
import { binding as http } from "./bindings/http.ts"
import { binding as invoicing } from "./bindings/invoicing.ts"
import { binding as logging } from "./bindings/logging.ts"
import { binding as scheduler } from "./bindings/scheduler.ts"
import { binding as secrets } from "./bindings/secrets.ts"
import { binding as storage } from "./bindings/storage.ts"
import { binding as uiProxy } from "./bindings/uiProxy.ts"
import { binding as user } from "./bindings/user.ts"
import { granted } from "./granted.ts"
import { reads } from "./resources/reads.ts"

/** The world's imports as an author sees them. A build replaces the bindings of what a component does not use. */
export const bindings: HostBindings = {
  context,
  ...reads,
  secrets,
  http,
  storage,
  logging,
  uiProxy,
  scheduler,
  invoicing,
  user,
  granted
}
