import { Reader } from "../Reader.ts"
import { sort } from "./Scope.ts"

/** A component of a large JavaScript engine has 2,000. */
const mostItems = 50_000

/** Reads the lists and names of a component. All lists together have a bound. */
export class ComponentReader extends Reader {
  #items = 0

  /** Reads so many items as the number before them says, until `read` gives `false`. */
  each(read: () => unknown): void {
    for (let left = this.u32(); left > 0; left--) {
      this.#items += 1
      if (this.#items > mostItems) throw new RangeError(`the component has more than ${mostItems} types and names`)
      if (read() === false) return
    }
  }

  sum(read: () => number): number {
    let total = 0
    this.each(() => {
      total += read()
    })
    return total
  }

  /** The name of an import or export. */
  externName(): string {
    if (this.u8() > 1) throw new RangeError("a name is of an unknown kind")
    return this.name()
  }

  /** Passes a name without decoding it. */
  skipName(): void {
    this.skip(this.u32())
  }

  /** A sort and an index of it. The sort of core things has one of its own. */
  sortIndex(): readonly [of: number, index: number] {
    const of = this.u8()
    if (of === sort.core) this.u8()
    return [of, this.u32()]
  }
}
