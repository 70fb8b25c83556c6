/** The look of a host: light, dark, or what the system prefers. */
export type Theme = "light" | "dark" | "system"

type Tokens = Readonly<Record<string, string>>

const shared: Tokens = {
  "--alga-primary-foreground": "#ffffff",
  "--alga-secondary-foreground": "#0b1220",
  "--alga-accent-foreground": "#1c1206",
  "--alga-radius": "8px"
}

/** Every text colour has a contrast of 4.5 or more on the grounds that it stands on. */
const light: Tokens = {
  ...shared,
  "--alga-bg": "#ffffff",
  "--alga-fg": "#111827",
  "--alga-muted": "#f4f5f8",
  "--alga-muted-fg": "#52596a",
  "--alga-card-bg": "#ffffff",
  "--alga-primary": "#7a3fe0",
  "--alga-primary-dark": "#6431bd",
  "--alga-primary-light": "#d9c8fa",
  "--alga-primary-50": "#f5f0fe",
  "--alga-primary-100": "#eae0fd",
  "--alga-primary-soft": "#f5f0fe",
  "--alga-primary-soft-fg": "#6431bd",
  "--alga-primary-soft-hover": "#eae0fd",
  "--alga-primary-border": "#c3a9f5",
  "--alga-secondary": "#4cc9f0",
  "--alga-secondary-light": "#9be2f8",
  "--alga-accent": "#f79a33",
  "--alga-border": "#dfe3ea",
  "--alga-border-light": "#eef0f4",
  "--alga-danger": "#cc2936",
  "--alga-danger-dark": "#a61e29",
  "--alga-warning": "#b45309",
  "--alga-success": "#15803d",
  "--alga-row-even": "#f8f9fb",
  "--alga-row-odd": "#ffffff",
  "--alga-row-hover": "#f5f0fe"
}

const dark: Tokens = {
  ...shared,
  "--alga-bg": "#0e131b",
  "--alga-fg": "#e8ebf1",
  "--alga-muted": "#171e2a",
  "--alga-muted-fg": "#a3adbf",
  "--alga-card-bg": "#131a25",
  "--alga-primary": "#7a3fe0",
  "--alga-primary-dark": "#9a6cf0",
  "--alga-primary-light": "#4c2a8c",
  "--alga-primary-50": "#271b42",
  "--alga-primary-100": "#35245a",
  "--alga-primary-soft": "#271b42",
  "--alga-primary-soft-fg": "#c4a9fb",
  "--alga-primary-soft-hover": "#35245a",
  "--alga-primary-border": "#5d3aa6",
  "--alga-secondary": "#4cc9f0",
  "--alga-secondary-light": "#9be2f8",
  "--alga-accent": "#f7a94f",
  "--alga-border": "#2a3444",
  "--alga-border-light": "#1c2430",
  "--alga-danger": "#f2707a",
  "--alga-danger-dark": "#e04f5b",
  "--alga-warning": "#f0b14a",
  "--alga-success": "#58c98a",
  "--alga-row-even": "#131a25",
  "--alga-row-odd": "#0e131b",
  "--alga-row-hover": "#271b42"
}

const prefersDark = matchMedia("(prefers-color-scheme: dark)")

/** Whether a theme is dark at this moment. */
const isDark = (theme: Theme): boolean => (theme === "system" ? prefersDark.matches : theme === "dark")

/** The tokens that a page gets, by the names of `@alga-psa/ui-kit`. */
export const tokensOf = (theme: Theme): Tokens => (isDark(theme) ? dark : light)

/** Gives this document a theme, too. */
export const applyTheme = (theme: Theme): void => {
  const root = document.documentElement
  root.style.colorScheme = isDark(theme) ? "dark" : "light"
  for (const [name, value] of Object.entries(tokensOf(theme))) root.style.setProperty(name, value)
}

/** Calls back when the system changes its mind. */
export const onSystemTheme = (changed: () => void): void => prefersDark.addEventListener("change", changed)
