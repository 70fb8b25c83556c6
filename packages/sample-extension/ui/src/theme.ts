/**
 * Says whether the theme that the host gave is dark, so that what the browser draws itself (fields, scroll bars) follows
 * it. Only the background tells.
 */
export const followTheme = (): void => {
  const [red = 255, green = 255, blue = 255] =
    getComputedStyle(document.body)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number) ?? []
  const dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128
  document.documentElement.style.colorScheme = dark ? "dark" : "light"
}
