import { parse } from "@bytecodealliance/jco"

const ten = (inner: string) => `(record ${Array.from({ length: 10 }, (_, i) => `(field "f${i}" ${inner})`).join(" ")})`

/**
 * A component of about 1 KiB whose handler takes records of ten records in each other, so many deep. Four make as much glue
 * as may be, and are refused when all of it is made; six would make 40 MB, and are refused by the first look at the types.
 * The number makes its bytes others.
 */
export const heavyComponent = (deep: number, number: number): Promise<Uint8Array> => {
  const types = Array.from(
    { length: deep },
    (_, i) => `(type $t${i + 1} ${ten(i === 0 ? "string" : `$n${i}`)})
      (import "t${i + 1}-${number}" (type $n${i + 1} (eq $t${i + 1})))`
  )
  return parse(`(component
    ${types.join("\n")}
    (core module $m (memory (export "m") 1) (func (export "f") (param i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $memory))
    (func $f (param "a" $n${deep}) (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))
    (export "handler" (func $f)))`)
}
