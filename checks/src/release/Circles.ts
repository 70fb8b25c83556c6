/** Circles in a graph: of each, its nodes in the order of the arrows. One node may be in several; each circle is found once. */
export const circles = (
  arrows: Iterable<readonly [from: string, to: string]>
): ReadonlyArray<ReadonlyArray<string>> => {
  const targets = new Map<string, Array<string>>()
  for (const [from, to] of arrows) targets.set(from, [...(targets.get(from) ?? []), to])
  const done = new Set<string>()
  const path: Array<string> = []
  const found: Array<ReadonlyArray<string>> = []
  const visit = (node: string): void => {
    if (path.includes(node)) return void found.push(path.slice(path.indexOf(node)))
    if (done.has(node)) return
    path.push(node)
    for (const target of targets.get(node) ?? []) visit(target)
    path.pop()
    done.add(node)
  }
  for (const node of targets.keys()) visit(node)
  return found
}
