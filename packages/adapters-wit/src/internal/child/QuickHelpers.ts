/** Functions that jco's glue calls for each text and each field that it passes, and others that do the same in less time. */
const helpers: ReadonlyArray<readonly [jco: string, quick: string]> = [
  [
    `
  const dataView = mem => dv.buffer === mem.buffer ? dv : dv = new DataView(mem.buffer);
`,
    `
  let dvMemory = null;
  let dvBuffer = dv.buffer;
  const dataView = mem => {
    // The buffer of a memory that has grown has no bytes any more.
    if (mem === dvMemory && dvBuffer.byteLength !== 0) return dv;
    dvMemory = mem;
    dvBuffer = mem.buffer;
    return dv = new DataView(dvBuffer);
  };
`
  ],
  [
    `
    let len = 0;
    let codepoints = 0;
    for (let i = 0; i < s.length; i++) {
      const ch = s.charCodeAt(i);
      codepoints++;
      if (ch < 0x80) { len += 1; }
      else if (ch < 0x800) { len += 2; }
      else if (ch >= 0xd800 && ch <= 0xdbff &&
      i + 1 < s.length &&
      (s.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        len += 4;
        i++;
      } else { len += 3; }
    }
    const ptr = realloc(0, 0, 1, len);
    const { read, written } = TEXT_ENCODER_UTF8.encodeInto(
    s,
    new Uint8Array(memory.buffer, ptr, len),
    );
    if (read !== s.length || written !== len) {
      throw new Error('failed to encode whole string');
    }
    const res = { ptr, len, codepoints };
    return res;
`,
    `
    const len = TEXT_ENCODER_UTF8.byteLength(s);
    const ptr = realloc(0, 0, 1, len);
    dataView(memory);
    if (TEXT_ENCODER_UTF8.write(s, dvBuffer, ptr, len) !== len) {
      throw new Error('failed to encode whole string');
    }
    return { ptr, len };
`
  ],
  [
    `
  const _debugLog = (...args) => {
    if (!globalThis?.process?.env?.JCO_DEBUG) { return; }
    console.debug(...args);
  };
`,
    `
  const _debugLog = () => {};
`
  ]
]

/**
 * The glue with quick helpers, which need a {@link GlueEncoder} for `TextEncoder`. Glue whose helpers are not those of the
 * jco that is known here stays as it is.
 */
export const withQuickHelpers = (glue: string): string =>
  helpers.every(([jco]) => glue.split(jco).length === 2)
    ? helpers.reduce((text, [jco, quick]) => text.replace(jco, () => quick), glue)
    : glue
