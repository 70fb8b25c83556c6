import { requestCrypto } from "../random/requestCrypto.ts"
import { setGlobal } from "../setGlobal.ts"

setGlobal("crypto", requestCrypto)
