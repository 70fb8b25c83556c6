export { ClientReads } from "./Clients.ts"
