export { ClientReader, type ClientReaderService } from "./Clients.ts"
