import { setGlobal } from "../setGlobal.ts"
import { AbortController, AbortSignal } from "../web/abort.ts"
import { CustomEvent, Event, EventTarget } from "../web/events.ts"

for (const [name, value] of Object.entries({ AbortController, AbortSignal, CustomEvent, Event, EventTarget })) {
  setGlobal(name, value)
}
