export { ServiceReads } from "./Services.ts"
