import { setGlobal } from "../setGlobal.ts"
import { cloneValue } from "../web/structuredClone.ts"

setGlobal("structuredClone", cloneValue)
