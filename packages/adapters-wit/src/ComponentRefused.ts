import { Schema } from "effect"

/** A component did not pass intake. It never runs; repeating the intake gives the same answer. */
export class ComponentRefused extends Schema.TaggedError<ComponentRefused>()("ComponentRefused", {
  /**
   * - `too-large`: more bytes than `Limits.componentBytes`.
   * - `not-a-component`: not a WebAssembly component, or not a valid one. Build it with a component toolchain.
   * - `glue-too-large`: the JavaScript that is generated for it has more bytes than `Limits.glueBytes`. Use simpler types.
   * - `canonical-function`: it uses a canonical function that this host does not offer, such as those for asynchronous calls.
   *   Build it with a toolchain for synchronous components.
   * - `unknown-import`: it imports something outside the world. Build it without WASI and against this world.
   * - `no-handler`: it does not export the function `handler`. Build it against the world `alga:extension/runner`.
   * - `wrong-export-type`: its `handler` is not `func(request: execute-request) -> execute-response`.
   * - `unsafe-name`: a name of a core import or export could be code where names are written into generated JavaScript.
   * - `memory`: its memories cannot be bounded, are too many, or start larger than any limit allows.
   * - `too-slow`: checking it took longer than the intake allows.
   */
  reason: Schema.Literals([
    "too-large",
    "not-a-component",
    "glue-too-large",
    "canonical-function",
    "unknown-import",
    "no-handler",
    "wrong-export-type",
    "unsafe-name",
    "memory",
    "too-slow"
  ]),
  /** The rule and, for an import, its name. */
  message: Schema.String
}) {}
