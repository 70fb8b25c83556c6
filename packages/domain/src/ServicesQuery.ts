export { ServicesListInput, type ServicesQuery, servicesQuery } from "./Services.ts"
