import { Schema } from "effect"

/** A component did not pass intake. It never runs; repeating the intake gives the same answer, where {@link ComponentRefused.isLasting}. */
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
   * - `too-much-work`: checking it took more processor time than the intake allows. Use simpler types and less code.
   * - `too-slow`: checking it took longer than the intake allows. On a host with less load it may pass.
   * - `not-checked`: the process that checks it ended before it was done, for example for lack of memory.
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
    "too-much-work",
    "too-slow",
    "not-checked"
  ]),
  /** The rule and, for an import, its name. */
  message: Schema.String
}) {
  /** Whether the same bytes are refused again, whatever else the host has to do. */
  get isLasting(): boolean {
    return this.reason !== "too-slow" && this.reason !== "not-checked"
  }
}
