const printable = /^[\x20-\x7e]*$/
const breaksOut = /['"`\\]|\$\{|\*\/|\/\*|<!--|-->|^__proto__$/

/**
 * Whether a name can stand in generated JavaScript as it is. The generator writes the names of core imports and exports
 * between quotes without escaping them (jco 1.35.0, tried), so that a name with a quote or a line break would be code.
 */
export const isSafeName = (name: string): boolean => printable.test(name) && !breaksOut.test(name)
