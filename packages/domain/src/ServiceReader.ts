export { ServiceReader, type ServiceReaderService } from "./Services.ts"
