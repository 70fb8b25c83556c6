import fastify from "fastify"
import Knex from "knex"
import { z } from "zod"

const [, , port = "0", databaseUrl = "", token = ""] = process.argv

const knex = Knex({ client: "pg", connection: databaseUrl, pool: { min: 0, max: 10 } })
const server = fastify()

const Caller = z.object({ tenant: z.uuid(), install: z.uuid(), user: z.uuid() })
const Listing = Caller.extend({
  search: z.string().max(200).nullish(),
  page: z.int().min(1).default(1),
  pageSize: z.int().min(1).max(100).default(25)
})
const Getting = Caller.extend({ id: z.uuid() })

type Asked = z.infer<typeof Caller>

/** Each call stands alone, so each checks the install and the user's permission. */
const mayRead = async ({ install, tenant, user }: Asked, resource: "client" | "service"): Promise<boolean> => {
  const found = await knex("tenant_extension_install")
    .where({ id: install, tenant_id: tenant, is_enabled: true })
    .first()
  const permission = await knex("user_roles as ur")
    .join("role_permissions as rp", (on) => on.on("rp.tenant", "ur.tenant").andOn("rp.role_id", "ur.role_id"))
    .join("permissions as p", (on) => on.on("p.tenant", "rp.tenant").andOn("p.permission_id", "rp.permission_id"))
    .where({ "ur.tenant": tenant, "ur.user_id": user, "p.resource": resource, "p.action": "read", "p.msp": true })
    .first("p.permission_id")
  return found?.granted_caps.includes(`cap:${resource}.read`) === true && permission !== undefined
}

const clientsOf = (tenant: string) =>
  knex("clients as c")
    .leftJoin("users as u", (on) => on.on("c.account_manager_id", "u.user_id").andOn("c.tenant", "u.tenant"))
    .where({ "c.tenant": tenant })

const servicesOf = (tenant: string) =>
  knex("service_catalog as s")
    .leftJoin("service_types as t", (on) => on.on("s.custom_service_type_id", "t.id").andOn("s.tenant", "t.tenant"))
    .where("s.tenant", tenant)
    .whereIn("s.billing_method", ["fixed", "hourly", "usage"])

const client = (row: Record<string, unknown>) => ({
  clientId: row["client_id"],
  clientName: row["client_name"],
  clientType: row["client_type"],
  isInactive: row["is_inactive"] === true,
  defaultCurrencyCode: row["default_currency_code"],
  accountManagerId: row["account_manager_id"],
  accountManagerName: [row["first_name"], row["last_name"]].filter(Boolean).join(" "),
  billingEmail: row["billing_email"]
})

const service = (row: Record<string, unknown>) => ({
  serviceId: row["service_id"],
  serviceName: row["service_name"],
  itemKind: row["item_kind"],
  billingMethod: row["billing_method"],
  serviceTypeId: row["custom_service_type_id"],
  serviceTypeName: row["type_name"],
  defaultRate: Number(row["default_rate"] ?? 0),
  unitOfMeasure: row["unit_of_measure"] ?? "",
  isActive: row["is_active"],
  sku: row["sku"]
})

const clientColumns = [
  "c.client_id",
  "c.client_name",
  "c.client_type",
  "c.is_inactive",
  "c.default_currency_code",
  "c.account_manager_id",
  "c.billing_email",
  "u.first_name",
  "u.last_name"
]
const serviceColumns = ["s.*", "t.name as type_name"]

server.addHook("onRequest", async (request, reply) => {
  if (request.headers["x-internal-token"] !== token) await reply.code(401).send({ error: "unauthorized" })
})

server.post("/clients", async (request, reply) => {
  const asked = Listing.parse(request.body)
  if (!(await mayRead(asked, "client"))) return reply.code(403).send({ error: "not-allowed" })
  const matching = clientsOf(asked.tenant).where("c.is_inactive", false)
  const [total] = await matching.clone().countDistinct("c.client_id as count")
  const rows = await matching
    .select(clientColumns)
    .orderByRaw("LOWER(c.client_name) asc")
    .limit(asked.pageSize)
    .offset((asked.page - 1) * asked.pageSize)
  return { items: rows.map(client), totalCount: Number(total?.["count"]), page: asked.page, pageSize: asked.pageSize }
})

server.post("/clients/get", async (request, reply) => {
  const asked = Getting.parse(request.body)
  if (!(await mayRead(asked, "client"))) return reply.code(403).send({ error: "not-allowed" })
  const row = await clientsOf(asked.tenant).where("c.client_id", asked.id).first(clientColumns)
  return row === undefined ? null : client(row)
})

server.post("/services", async (request, reply) => {
  const asked = Listing.parse(request.body)
  if (!(await mayRead(asked, "service"))) return reply.code(403).send({ error: "not-allowed" })
  const [total] = await servicesOf(asked.tenant).countDistinct("s.service_id as count")
  const rows = await servicesOf(asked.tenant)
    .select(serviceColumns)
    .orderByRaw("LOWER(s.service_name) asc")
    .limit(asked.pageSize)
    .offset((asked.page - 1) * asked.pageSize)
  return { items: rows.map(service), totalCount: Number(total?.["count"]), page: asked.page, pageSize: asked.pageSize }
})

server.post("/services/get", async (request, reply) => {
  const asked = Getting.parse(request.body)
  if (!(await mayRead(asked, "service"))) return reply.code(403).send({ error: "not-allowed" })
  const row = await servicesOf(asked.tenant).where("s.service_id", asked.id).first(serviceColumns)
  return row === undefined ? null : service(row)
})

await server.listen({ host: "127.0.0.1", port: Number(port) })
