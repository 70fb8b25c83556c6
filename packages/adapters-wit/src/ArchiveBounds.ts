// The process that opens archives may read its own folder alone, so the record is there.
export { archiveBounds } from "./internal/child/archive/ArchiveBounds.ts"
