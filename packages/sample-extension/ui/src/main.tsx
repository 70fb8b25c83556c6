import "@alga-psa/ui-kit/theme.css"
import "./page.css"
import { IframeBridge, subscribeTheme } from "@alga-psa/extension-iframe-sdk"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { askThrough } from "./Handler.ts"
import { type Place, placeOf } from "./places.ts"
import { followTheme } from "./theme.ts"

const bridge = new IframeBridge()
const ask = askThrough(bridge)
const element = document.getElementById("root")
const root = element === null ? null : createRoot(element)

const draw = (start: Place) => root?.render(<App key={`${start.list} ${start.id}`} ask={ask} start={start} />)

// The page draws by itself. Most hosts send no `bootstrap`, and some no `theme`: both are hints.
followTheme()
draw({ list: "clients", id: null })
subscribeTheme(bridge)
bridge.on((message) => {
  followTheme()
  if (message.type !== "bootstrap") return
  const place = placeOf(message.payload.navigation.path)
  if (place !== null) draw(place)
})

new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
