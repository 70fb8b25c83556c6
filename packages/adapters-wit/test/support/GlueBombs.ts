/** Types of which each holds the one before ten times: `wrap` says in what. */
export const tower = (leaf: string, wrap: (inner: string) => string, levels = 6): string =>
  Array.from({ length: levels }, (_, i) => `(type $t${i + 1} ${wrap(i === 0 ? leaf : `$t${i}`)})`).join("\n")

const ten = (inner: string, field: (name: string) => string): string =>
  Array.from({ length: 10 }, (_, i) => field(`f${i}`).replace("*", inner)).join(" ")

export const record = (inner: string) => `(record ${ten(inner, (name) => `(field "${name}" *)`)})`

const lifted = `
  (core module $m (memory (export "m") 1) (func (export "f") (param i32)) (func (export "g") (result i32) (i32.const 0))
    (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (alias core export $i "m" (core memory $memory))`
export const lift = (type: string) => `${lifted}
  (func (param "a" ${type}) (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))`

/** The texts of small components whose glue would be large. */
export const glueBombs: Readonly<Record<string, string>> = {
  "records in records": `${tower("string", record)} ${lift("$t6")}`,
  "tuples in tuples": `${tower("string", (inner) => `(tuple ${ten(inner, () => "*")})`)} ${lift("$t6")}`,
  "variants in variants": `${tower("u8", (inner) => `(variant ${ten(inner, (name) => `(case "${name}" *)`)})`)} ${lift("$t6")}`,
  "lists of records in lists of records": `(type $l0 (list string)) ${tower("$l0", record)} (type $l (list $t6)) ${lift("$l")}`,
  "options and results in each other": `${tower("string", (inner) => `(tuple ${ten(inner, () => "*")})`, 5)}
    (type $o (option $t5)) (type $x (result $o (error $o))) (type $y (result $x (error $x))) (type $z (result $y (error $y))) ${lift("$z")}`,
  "a result": `${tower("string", record)} ${lifted}
    (func (result $t6) (canon lift (core func $i "g") (memory $memory) (realloc (core func $i "r"))))`,
  "an import that is lowered": `${tower("string", record)}
    (import "f" (func $f (param "a" $t6))) ${lifted}
    (core func (canon lower (func $f) (memory $memory) (realloc (core func $i "r"))))`,
  "an import of an instance": `(import "i" (instance $x ${tower("string", record)} (export "f" (func (param "a" $t6))))) ${lifted}
    (core func (canon lower (func $x "f") (memory $memory) (realloc (core func $i "r"))))`,
  "a type out of an instance": `(import "i" (instance $x ${tower("string", record, 5)} (export "t" (type (eq $t5)))))
    (alias export $x "t" (type $u)) ${tower("$u", record, 1)} ${lift("$t1")}`,
  "a type with a name of its own": `${tower("string", record, 5)} (import "t" (type $n (eq $t5))) (type $t (tuple $n $n $n $n $n $n)) ${lift("$t")}`,
  "a type of the component around": `${tower("string", record)} (component (alias outer 1 $t6 (type $o)) ${lift("$o")})`,
  "a type out of an inner component": `(component $c ${tower("string", record)} (export "t" (type $t6)))
    (instance $x (instantiate $c)) (alias export $x "t" (type $u)) ${lift("$u")}`,
  "a type out of an instance made of exports": `${tower("string", record)} (instance $x (export "t" (type $t6)))
    (alias export $x "t" (type $u)) ${lift("$u")}`,
  "many functions of one type": `${tower("string", record, 3)} ${lift("$t3")} ${`(func (param "a" $t3)
    (canon lift (core func $i "f") (memory $memory) (realloc (core func $i "r"))))`.repeat(40)}`
}
