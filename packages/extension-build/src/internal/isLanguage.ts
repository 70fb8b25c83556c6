/** Whether a file declares the language's own types. */
export const isLanguage = (path: string): boolean => /[/\\]lib\.[^/\\]*\.?d\.ts$/.test(path)
