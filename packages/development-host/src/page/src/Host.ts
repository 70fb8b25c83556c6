import type { HostSettings } from "../../HostSettings.ts"
import { connectFrame } from "./Frame.ts"
import { applyTheme, onSystemTheme, type Theme, tokensOf } from "./themes.ts"

const themeKey = "alga-host-theme"
const tellKey = "alga-host-theme-messages"

const element = <A extends HTMLElement>(id: string): A => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the host page has no #${id}`)
  return found as A
}

const storedTheme = (): Theme => {
  const stored = localStorage.getItem(themeKey)
  return stored === "light" || stored === "dark" ? stored : "system"
}

/**
 * Starts a host page: its theme switch, the switch for messages about the theme, and the frame if the extension has a
 * page. The product sends messages about the theme only to pages on a domain of their own. Gives what the server wrote
 * into the document.
 */
export const startHost = (): HostSettings => {
  const settings: HostSettings = JSON.parse(element("settings").textContent ?? "")
  const choice = element<HTMLSelectElement>("theme")
  let theme = storedTheme()
  choice.value = theme
  applyTheme(theme)
  const tells = element<HTMLInputElement>("theme-messages")
  tells.checked = localStorage.getItem(tellKey) === "on"
  const frame = element<HTMLIFrameElement>("page")
  frame.title = settings.title
  const connected =
    settings.frame === null
      ? null
      : connectFrame({
          frame,
          address: settings.frame,
          target: { extensionId: settings.extensionId, session: settings.session },
          themeTokens: () => (tells.checked ? tokensOf(theme) : null)
        })
  frame.hidden = connected === null
  const show = () => {
    applyTheme(theme)
    connected?.refresh()
  }
  choice.addEventListener("change", () => {
    theme = choice.value === "light" || choice.value === "dark" ? choice.value : "system"
    localStorage.setItem(themeKey, theme)
    show()
  })
  tells.addEventListener("change", () => {
    localStorage.setItem(tellKey, tells.checked ? "on" : "off")
    show()
  })
  onSystemTheme(show)
  return settings
}
