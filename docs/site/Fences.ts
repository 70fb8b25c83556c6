const named = /^```(\w+) ([\w./-]+\.\w+)$/gm
const remarked = /^```sh fails$/gm

/**
 * The text of a page with its blocks of code as the site shows them: the file that a block is stands before it, and pictures that the
 * site does not draw are text. Marks of what a program writes, such as `<!-- globals -->`, are left out.
 */
export const withPlainFences = (text: string): string =>
  text
    .replace(/^<!-- \/?[a-z]+ -->\n/gm, "")
    .replace(named, (_, language: string, file: string) => `\`${file}\`\n\n\`\`\`${language}`)
    .replace(remarked, "```sh")
    .replace(/^```mermaid$/gm, "```txt")
