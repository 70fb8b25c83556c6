const importSection = 10

/** How the binary format marks what is imported. */
const kind = { coreModule: 0x00, value: 0x02, type: 0x03 } as const

/** Reads a component's bytes from `at` on. */
const reading = (bytes: Uint8Array, start: number) => {
  let at = start
  const byte = (): number => {
    const value = bytes[at++]
    if (value === undefined) throw new Error("the component ends in the middle of a section")
    return value
  }
  const number = (): number => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte()
      value += (next & 0x7f) * 2 ** shift
      if (next < 0x80) return value
    }
    throw new Error("the component has a number that is too long")
  }
  const text = (): string => {
    const length = number()
    at += length
    return new TextDecoder().decode(bytes.subarray(at - length, at))
  }
  const skipTo = (end: number) => {
    at = end
  }
  return { byte, number, text, skipTo, place: () => at }
}

/** The names of the interfaces and functions that a component imports, in their order, as its binary format has them. */
export const importedNames = (component: Uint8Array): ReadonlyArray<string> => {
  const { byte, number, place, skipTo, text } = reading(component, 8)
  /** A type is imported for the sake of an interface that uses it: it has no name here. */
  const imported = (): ReadonlyArray<string> => {
    byte() // whether the name has a version in it
    const name = text()
    const what = byte()
    if (what === kind.coreModule || what === kind.value)
      throw new Error(`the component imports ${name}, which no host has`)
    const isResource = what === kind.type && byte() === 0x01
    if (!isResource) number()
    return what === kind.type ? [] : [name]
  }
  const names: Array<string> = []
  while (place() < component.length) {
    const section = byte()
    const length = number()
    const end = place() + length
    if (section === importSection) for (let left = number(); left > 0; left--) names.push(...imported())
    skipTo(end)
  }
  return names
}
