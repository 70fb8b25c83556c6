/** What every package holds. */
const always = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]

/** Built modules, with their types. */
const built = [/^dist\/(?!jco\/)[\w/]+\.(js|d\.ts)$/]

/** Parts of a page that are bundled where they are installed. */
const pageParts = [/^dist\/([\w/]+\/)?page\/src\/\w+\.(css|ts)$/]

/** What a package holds beside that. */
const more: Readonly<Record<string, ReadonlyArray<RegExp>>> = {
  "@alga-psa/ext-adapters-wit": [/^wit\/[\w-]+\.wit$/, /^dist\/jco\/(package\.json|dist\/[\w.-]+\.(js|wasm))$/],
  "@alga-psa/ext-development-host": pageParts,
  "@alga-psa/ext-extension-cli": [...pageParts, /^(diff|manifest)\.schema\.json$/],
  // "Go to definition" leads to the sources.
  "@alga-psa/ext-extension-sdk": [
    /^dist\/[\w/-]+\.d\.ts\.map$/,
    /^src\/[\w/-]+\.ts$/,
    /^(dist|src)\/[\w/-]+\.d\.ts$/,
    /^globals\.d\.ts$/
  ],
  "create-alga-extension": [/^template\/(gitignore|([\w.-]+\/)*[\w.-]+\.(css|html|json|md|ts))$/]
}

const isModule = /^dist\/(?!jco\/)(.*)\.js$/

/** What a tarball holds that it should not, and what it lacks, one sentence each. A kind of file that no rule names must not be there. */
export const wrongFiles = (name: string, files: ReadonlyArray<string>): ReadonlyArray<string> => {
  const has = new Set(files)
  const kinds = [...built, ...(more[name] ?? [])]
  const wanted = files.flatMap((file) => {
    const [, module] = isModule.exec(file) ?? []
    const [, typed] = /^dist\/(?!.*\bpage\/src\/)(.*)\.d\.ts$/.exec(file) ?? []
    const [, mapped] = /^dist\/(.*)\.d\.ts\.map$/.exec(file) ?? []
    return [
      ...(module === undefined ? [] : [`dist/${module}.d.ts`]),
      ...(typed === undefined ? [] : [`dist/${typed}.js`]),
      ...(mapped === undefined ? [] : [`src/${mapped}.ts`])
    ]
  })
  return [
    ...files
      .filter((file) => !always.includes(file) && !kinds.some((kind) => kind.test(file)))
      .map((file) => `${name} packs ${file}`),
    ...[...always, ...wanted].filter((file) => !has.has(file)).map((file) => `${name} packs no ${file}`)
  ]
}
