export { ClientsListInput, type ClientsQuery, clientsQuery } from "./Clients.ts"
