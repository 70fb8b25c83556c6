import { setGlobal } from "../setGlobal.ts"
import { URL } from "../web/URL.ts"
import { URLSearchParams } from "../web/URLSearchParams.ts"

setGlobal("URL", URL)
setGlobal("URLSearchParams", URLSearchParams)
