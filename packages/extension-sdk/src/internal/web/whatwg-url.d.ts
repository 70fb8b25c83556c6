declare module "whatwg-url/lib/URLSearchParams-impl.js" {
  export class implementation {
    constructor(
      globalObject: unknown,
      init: readonly [string | ReadonlyArray<readonly [string, string]>],
      options: { readonly doNotStripQMark?: boolean }
    )
    readonly size: number
    append(name: string, value: string): void
    delete(name: string, value?: string): void
    get(name: string): string | null
    getAll(name: string): Array<string>
    has(name: string, value?: string): boolean
    set(name: string, value: string): void
    sort(): void
    toString(): string
    [Symbol.iterator](): Iterator<[string, string]>
  }
}

declare module "whatwg-url/lib/URL-impl.js" {
  import type { implementation as SearchParams } from "whatwg-url/lib/URLSearchParams-impl.js"

  export class implementation {
    constructor(globalObject: unknown, url: readonly [string, string | undefined])
    href: string
    readonly searchParams: SearchParams
    static canParse(url: string, base?: string): boolean
  }
}
