/**
 * Lets code that reads a global which no engine has fail with this message. The build writes `name` there for the global,
 * and nowhere else: `typeof` goes on to say `"undefined"`, and whoever defines the global in the code has it.
 */
export const absentGlobal = (global: string, name: string, message: string): void => {
  Object.defineProperty(globalThis, name, {
    get: () => {
      if (global in globalThis) return Reflect.get(globalThis, global)
      throw new ReferenceError(message)
    },
    set: (value: unknown) => {
      Reflect.set(globalThis, global, value)
    },
    configurable: true
  })
}
