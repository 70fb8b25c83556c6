/** An element of the document, by its id. */
export const element = <A extends HTMLElement>(id: string): A => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the document has no #${id}`)
  return found as A
}

/** A button with a label. */
export const button = (label: string, does: () => unknown): HTMLButtonElement => {
  const made = Object.assign(document.createElement("button"), { type: "button" as const, textContent: label })
  made.addEventListener("click", does)
  return made
}

/** A new element with a class and what is in it; texts stay texts. */
export const make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: ReadonlyArray<string | Node>
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag)
  if (className !== "") made.className = className
  made.append(...content)
  return made
}
