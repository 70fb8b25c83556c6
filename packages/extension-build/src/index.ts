/**
 * From an extension's folder to the bundle that a host installs.
 *
 * @module @alga-psa/ext-extension-build
 */
export { analyseSources, type SourceAnalysis } from "./AnalyseSources.ts"
export { AuthoredManifest, parseAuthoredManifest } from "./AuthoredManifest.ts"
export { type BuildExtensionOptions, type BuiltExtension, buildExtension } from "./BuildExtension.ts"
export { bytesText } from "./BytesText.ts"
export { capabilityNotes, checkCapabilities } from "./CheckCapabilities.ts"
export { checkPage } from "./CheckPage.ts"
export { checkSources, type SourceCheck, type Sources } from "./CheckSources.ts"
export { type ComponentInterfaces, componentInterfaces } from "./ComponentInterfaces.ts"
export { type Extension, readExtension } from "./Extension.ts"
export { ExtensionInvalid, invalid } from "./ExtensionInvalid.ts"
export { Finding, type FindingParts, fileFinding, finding, findingLine, Mend, type Place, Severity } from "./Finding.ts"
export { type HostNamespace, hostNamespaces } from "./HostNamespaces.ts"
export type { HostEscape, HostUsage, HostUse, SourcePlace } from "./HostUsage.ts"
export { manifestSchema } from "./ManifestSchema.ts"
export { mendManifest } from "./MendManifest.ts"
export { namedInterfaces } from "./NamedInterfaces.ts"
export { type PackageSize, packageSizes, sizeNotes } from "./PackageSizes.ts"
export { type BundleFiles, type PackedBundle, packBundle } from "./PackBundle.ts"
export { plainJson, plainLine } from "./PlainLine.ts"
export { publishBuild } from "./PublishBuild.ts"
export { replaceFile } from "./ReplaceFile.ts"
export { type RequestNeed, requestNeeds } from "./RequestNeeds.ts"
