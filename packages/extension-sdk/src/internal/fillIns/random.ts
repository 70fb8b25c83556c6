import { requestRandom } from "../random/requestRandom.ts"
import { setRandom } from "../setGlobal.ts"

setRandom(requestRandom)
