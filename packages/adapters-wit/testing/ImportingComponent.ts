import { parse } from "@bytecodealliance/jco"

/** A component that calls a function of an instance that it imports by this name, such as `wasi:cli/stderr@0.2.3`. */
export const importingComponent = (name: string): Promise<Uint8Array> =>
  parse(`(component
    (import "${name}" (instance $from (export "f" (func))))
    (alias export $from "f" (func $f))
    (core func $lowered (canon lower (func $f)))
    (core module $m (import "from" "f" (func)))
    (core instance (instantiate $m (with "from" (instance (export "f" (func $lowered)))))))`)
