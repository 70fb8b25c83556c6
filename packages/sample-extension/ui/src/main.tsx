import "@alga-psa/ui-kit/theme.css"
import "./page.css"
import { IframeBridge, navigate } from "@alga-psa/extension-iframe-sdk"
import { createRoot, type Root } from "react-dom/client"
import { App } from "./App.tsx"
import { askThrough } from "./Handler.ts"
import { pathOf, placeOf } from "./places.ts"
import { followTheme } from "./theme.ts"

const bridge = new IframeBridge()
const ask = askThrough(bridge)
const element = document.getElementById("root")
let root: Root | null = null

bridge.on((message) => {
  if (message.type !== "bootstrap") return
  followTheme()
  if (root !== null || element === null) return
  root = createRoot(element)
  root.render(
    <App
      ask={ask}
      start={placeOf(message.payload.navigation.path) ?? { list: "clients", id: null }}
      onGo={(place) => navigate(bridge, pathOf(place))}
    />
  )
})

new ResizeObserver(() => {
  bridge.emitToHost("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) })
}).observe(document.body)
bridge.ready()
