/// <reference path="./whatwg-url.d.ts" />
import { implementation } from "whatwg-url/lib/URLSearchParams-impl.js"

type Given = ConstructorParameters<typeof implementation>

/** How `whatwg-url` makes the query of a URL. It takes the place of a module of its own, which needs async generators. */
export const createImpl = (...given: Given): implementation => new implementation(...given)
