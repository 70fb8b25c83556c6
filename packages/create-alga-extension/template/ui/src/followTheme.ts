/** Makes what the browser draws itself (fields, scroll bars) light or dark, as the background is: a host sends colours alone. */
export const followTheme = (): void => {
  const [red = 255, green = 255, blue = 255] =
    getComputedStyle(document.body)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number) ?? []
  const isDark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128
  document.documentElement.style.colorScheme = isDark ? "dark" : "light"
}
