import { assert, describe, it } from "@effect/vitest"
import { tenantViolations } from "../testing/TenantProof.ts"

const tenant = "11111111-1111-4111-8111-111111111111"
const other = "22222222-2222-4222-8222-222222222222"

const violations = (text: string, params: ReadonlyArray<unknown> = [tenant, other]) =>
  tenantViolations({ text, params }, tenant)

const clients = "SELECT c.client_name FROM clients AS c"
const install = "SELECT install.id FROM tenant_extension_install AS install"

/** What is wrong, a statement that is right, and the same statement with that wrong in it. */
const pairs: ReadonlyArray<readonly [wrong: string, good: string, bad: string]> = [
  ["a missing predicate", `${clients} WHERE c.tenant = $1::uuid`, `${clients} WHERE c.client_id = $2::uuid`],
  ["another parameter", `${clients} WHERE c.tenant = $1`, `${clients} WHERE c.tenant = $2`],
  ["a constant", `${clients} WHERE $1::uuid = c.tenant`, `${clients} WHERE c.tenant = '${tenant}'`],
  [
    "another column of the table",
    `${clients} WHERE c.tenant = $1 AND c.client_id = $2`,
    `${clients} WHERE c.client_id = $1`
  ],
  ["another alias", `${clients} WHERE c.tenant = $1`, `${clients} WHERE d.tenant = $1`],
  [
    "a comparison other than equality",
    `${clients} WHERE c.tenant = $1 AND c.client_name >= $2`,
    `${clients} WHERE c.tenant >= $1`
  ],
  ["a cast of the column", `${clients} WHERE c.tenant = $1::uuid`, `${clients} WHERE c.tenant::text = $1::text`],
  [
    "a wrong cast of the parameter",
    `${install} WHERE install.tenant_id = $1::text`,
    `${install} WHERE install.tenant_id = $1::bpchar`
  ],
  [
    "an OR around it",
    `${clients} WHERE c.tenant = $1 AND (c.is_inactive OR c.client_id = $2)`,
    `${clients} WHERE c.tenant = $1 OR c.client_id = $2`
  ],
  [
    "an OR deeper around it",
    `${clients} WHERE (c.tenant = $1 AND c.is_inactive) AND c.client_id = $2`,
    `${clients} WHERE c.client_id = $2 AND (c.tenant = $1 OR c.is_inactive)`
  ],
  ["a NOT around it", `${clients} WHERE c.tenant = $1 AND NOT c.is_inactive`, `${clients} WHERE NOT c.tenant = $1`],
  ["an IN list", `${clients} WHERE c.tenant = $1 AND c.client_id IN ($2)`, `${clients} WHERE c.tenant IN ($1)`],
  [
    "a row around it",
    `${clients} WHERE c.tenant = $1 AND (c.client_name, c.client_id) > ($2, $2)`,
    `${clients} WHERE (c.tenant, c.client_id) = ($1, $2)`
  ],
  ["an array", `${clients} WHERE c.tenant = $1`, `${clients} WHERE c.tenant = ANY (ARRAY[$1]::uuid[])`],
  [
    "a CASE around it",
    `${clients} WHERE c.tenant = $1 AND CASE WHEN c.is_inactive THEN true ELSE false END`,
    `${clients} WHERE CASE WHEN c.is_inactive THEN c.tenant = $1 ELSE true END`
  ],
  ["a test of it", `${clients} WHERE c.tenant = $1`, `${clients} WHERE (c.tenant = $1) IS NOT NULL`],
  ["an OVERLAY of the operator", `${clients} WHERE c.tenant = $1`, `${clients} WHERE c.tenant OPERATOR(public.=) $1`],
  [
    "a predicate after grouping",
    "SELECT count(*) FROM clients AS c WHERE c.tenant = $1 GROUP BY c.tenant",
    "SELECT count(*) FROM clients AS c GROUP BY c.tenant HAVING c.tenant = $1"
  ],
  [
    "a join on another column of the tenant",
    `${clients} JOIN users AS u ON u.tenant = $1 AND u.user_id = c.account_manager_id WHERE c.tenant = $1`,
    `${clients} JOIN users AS u ON u.tenant = c.tenant AND u.user_id = c.account_manager_id WHERE c.tenant = $1`
  ],
  [
    "a left join's ON for the side that it keeps",
    `${clients} LEFT JOIN users AS u ON u.tenant = $1 WHERE c.tenant = $1`,
    `${clients} LEFT JOIN users AS u ON u.tenant = $1 AND c.tenant = $1`
  ],
  [
    "a right join's ON for the side that it keeps",
    `${clients} RIGHT JOIN users AS u ON c.tenant = $1 WHERE u.tenant = $1`,
    `${clients} RIGHT JOIN users AS u ON c.tenant = $1 AND u.tenant = $1`
  ],
  [
    "a full join's ON",
    `${clients} FULL JOIN users AS u ON true WHERE c.tenant = $1 AND u.tenant = $1`,
    `${clients} FULL JOIN users AS u ON c.tenant = $1 AND u.tenant = $1`
  ],
  [
    "an outer join around an inner one",
    `SELECT c.client_name FROM users AS u LEFT JOIN (clients AS c JOIN contacts AS p ON c.tenant = $1 AND p.tenant = $1) ON true WHERE u.tenant = $1`,
    `SELECT c.client_name FROM (clients AS c JOIN contacts AS p ON p.tenant = $1) LEFT JOIN users AS u ON u.tenant = $1 AND c.tenant = $1`
  ],
  [
    "a second table after a comma",
    `SELECT c.client_name FROM clients AS c, users AS u WHERE c.tenant = $1 AND u.tenant = $1`,
    `SELECT c.client_name FROM clients AS c, users AS u WHERE c.tenant = $1`
  ],
  [
    "a join without a plain ON",
    `${clients} JOIN users AS u ON u.tenant = $1 WHERE c.tenant = $1`,
    `${clients} JOIN users AS u USING (tenant) WHERE c.tenant = $1 AND u.tenant = $1`
  ],
  [
    "a subselect of the select list without it",
    "SELECT ARRAY(SELECT u.email FROM users AS u WHERE u.tenant = $1 AND u.user_id = c.client_id) FROM clients AS c WHERE c.tenant = $1",
    "SELECT ARRAY(SELECT u.email FROM users AS u WHERE u.tenant = c.tenant AND u.user_id = c.client_id) FROM clients AS c WHERE c.tenant = $1"
  ],
  [
    "a subselect of the FROM without it",
    `SELECT c.id FROM (SELECT c.client_id AS id FROM clients AS c WHERE c.tenant = $1) AS c`,
    `SELECT c.id FROM (SELECT c.client_id AS id, c.tenant FROM clients AS c) AS c WHERE c.tenant = $1`
  ],
  [
    "a subselect of a condition without it",
    `${clients} WHERE c.tenant = $1 AND EXISTS (SELECT u.email FROM users AS u WHERE u.tenant = $1)`,
    `${clients} WHERE c.tenant = $1 AND EXISTS (SELECT u.email FROM users AS u)`
  ],
  [
    "a predicate in a subselect for the query around it",
    `${clients} WHERE c.tenant = $1 AND EXISTS (SELECT u.email FROM users AS u WHERE u.tenant = $1)`,
    `${clients} WHERE EXISTS (SELECT u.email FROM users AS u WHERE u.tenant = $1 AND c.tenant = $1)`
  ],
  [
    "a subselect of a join's ON without it",
    `${clients} JOIN users AS u ON u.tenant = $1 AND u.email = (SELECT p.email FROM contacts AS p WHERE p.tenant = $1) WHERE c.tenant = $1`,
    `${clients} JOIN users AS u ON u.tenant = $1 AND u.email = (SELECT p.email FROM contacts AS p) WHERE c.tenant = $1`
  ],
  [
    "a subselect of the order without it",
    `${clients} WHERE c.tenant = $1 ORDER BY (SELECT count(*) FROM users AS u WHERE u.tenant = $1)`,
    `${clients} WHERE c.tenant = $1 ORDER BY (SELECT count(*) FROM users AS u)`
  ],
  [
    "a subselect of the limit without it",
    `${clients} WHERE c.tenant = $1 LIMIT (SELECT count(*) FROM users AS u WHERE u.tenant = $1)`,
    `${clients} WHERE c.tenant = $1 LIMIT (SELECT count(*) FROM users AS u)`
  ],
  [
    "a subselect of a least value without it",
    "SELECT least($2, (SELECT count(*) FROM clients AS c WHERE c.tenant = $1))",
    "SELECT least($2, (SELECT count(*) FROM clients AS c))"
  ],
  [
    "a subselect of a VALUES list without it",
    "SELECT v.n FROM (VALUES ((SELECT count(*) FROM clients AS c WHERE c.tenant = $1))) AS v(n)",
    "SELECT v.n FROM (VALUES ((SELECT count(*) FROM clients AS c))) AS v(n)"
  ],
  [
    "a common table expression without it",
    "WITH named AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT named.client_id FROM named",
    "WITH named AS (SELECT c.client_id, c.tenant FROM clients AS c) SELECT named.client_id FROM named WHERE named.tenant = $1"
  ],
  [
    "a common table expression in sight of another query only",
    "WITH users AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT users.client_id FROM users",
    "SELECT users.email, (WITH users AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT users.client_id FROM users) FROM users"
  ],
  [
    "a common table expression named like the table that it reads",
    "WITH clients AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT clients.client_id FROM clients",
    "WITH clients AS (SELECT c.client_id FROM clients AS c) SELECT clients.client_id FROM clients"
  ],
  [
    "the table itself beside a common table expression of its name",
    "WITH clients AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT clients.client_id FROM clients",
    "WITH clients AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT c.client_id FROM public.clients AS c"
  ],
  [
    "a recursive common table expression",
    "WITH named AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT named.client_id FROM named",
    "WITH RECURSIVE named AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT named.client_id FROM named"
  ],
  [
    "a common table expression that writes",
    "WITH named AS (SELECT c.client_id FROM clients AS c WHERE c.tenant = $1) SELECT named.client_id FROM named",
    "WITH named AS (DELETE FROM clients AS c WHERE c.tenant = $1 RETURNING c.client_id) SELECT named.client_id FROM named"
  ],
  [
    "the first arm of a UNION without it",
    `${clients} WHERE c.tenant = $1 UNION ALL SELECT u.email FROM users AS u WHERE u.tenant = $1`,
    `${clients} UNION ALL SELECT u.email FROM users AS u WHERE u.tenant = $1`
  ],
  [
    "the last arm of a UNION without it",
    `${clients} WHERE c.tenant = $1 UNION ALL SELECT u.email FROM users AS u WHERE u.tenant = $1`,
    `${clients} WHERE c.tenant = $1 UNION ALL SELECT u.email FROM users AS u`
  ],
  ["a table that nobody knows", `${clients} WHERE c.tenant = $1`, "SELECT x.id FROM secrets AS x WHERE x.tenant = $1"],
  [
    "a table of another schema",
    `${clients} WHERE c.tenant = $1`,
    "SELECT c.client_id FROM copy.clients AS c WHERE c.tenant = $1"
  ],
  [
    "columns under other names",
    `${clients} WHERE c.tenant = $1`,
    "SELECT c.client_name FROM clients AS c(other, tenant, client_name) WHERE c.tenant = $1"
  ],
  ["every column", `${clients} WHERE c.tenant = $1`, "SELECT c.* FROM clients AS c WHERE c.tenant = $1"],
  ["a function that may read", "SELECT lower($2)", "SELECT query_to_xml($2, true, true, '')"],
  [
    "another tenant's setting",
    "SELECT set_config('alga.tenant', $1, true)",
    "SELECT set_config('alga.tenant', $2, true)"
  ],
  [
    "a setting that outlives the transaction",
    "SELECT set_config('alga.tenant', $1, true)",
    "SELECT set_config('alga.tenant', $1, false)"
  ],
  ["a function in the FROM", "SELECT lower($2)", "SELECT x FROM pg_ls_dir($2) AS x"],
  ["a sample", `${clients} WHERE c.tenant = $1`, `${clients} TABLESAMPLE system (1) WHERE c.tenant = $1`],
  ["a lock", `${clients} WHERE c.tenant = $1`, `${clients} WHERE c.tenant = $1 FOR UPDATE`],
  ["a new table", `${clients} WHERE c.tenant = $1`, "SELECT c.client_id INTO x FROM clients AS c WHERE c.tenant = $1"],
  ["a write", `${clients} WHERE c.tenant = $1`, "UPDATE clients AS c SET client_name = '' WHERE c.tenant = $1"],
  [
    "a second statement",
    `${clients} WHERE c.tenant = $1`,
    `${clients} WHERE c.tenant = $1; ${clients} WHERE c.tenant = $1`
  ],
  [
    "the registry without the install",
    `${install} JOIN extension_version AS v ON v.id = install.version_id WHERE install.tenant_id = $1`,
    "SELECT v.version FROM extension_version AS v WHERE v.id = $2"
  ],
  [
    "the registry through another column",
    `${install} JOIN extension_version AS v ON v.id = install.version_id WHERE install.tenant_id = $1`,
    `${install} JOIN extension_version AS v ON v.registry_id = install.registry_id WHERE install.tenant_id = $1`
  ],
  [
    "the registry through the install of any tenant",
    `${install} JOIN extension_version AS v ON v.id = install.version_id WHERE install.tenant_id = $1`,
    `${install} JOIN extension_version AS v ON v.id = install.version_id WHERE install.id = $2`
  ],
  [
    "the registry on the side that a join keeps",
    `SELECT v.version FROM extension_version AS v JOIN tenant_extension_install AS install ON install.version_id = v.id AND install.tenant_id = $1`,
    `SELECT v.version FROM extension_version AS v LEFT JOIN tenant_extension_install AS install ON install.version_id = v.id AND install.tenant_id = $1`
  ],
  [
    "archives that no install refers to",
    `SELECT ARRAY(SELECT b.content_hash FROM extension_bundle AS b WHERE b.version_id = install.version_id) FROM tenant_extension_install AS install WHERE install.tenant_id = $1`,
    `SELECT ARRAY(SELECT b.content_hash FROM extension_bundle AS b) FROM tenant_extension_install AS install WHERE install.tenant_id = $1`
  ],
  [
    "an install that is only called so",
    `SELECT ARRAY(SELECT b.content_hash FROM extension_bundle AS b WHERE b.version_id = install.version_id) FROM tenant_extension_install AS install WHERE install.tenant_id = $1`,
    `SELECT ARRAY(SELECT b.content_hash FROM extension_bundle AS b WHERE b.version_id = install.version_id) FROM (SELECT v.n AS version_id FROM (VALUES ($2)) AS v(n)) AS install`
  ]
]

describe("The tenant proof", () => {
  it.each(pairs)("refuses %s, and nothing beside it", (_wrong, good, bad) => {
    assert.deepEqual(violations(good), [])
    assert.isNotEmpty(violations(bad))
  })

  it("names each table that is not bound", () => {
    const text = `${clients} JOIN users AS u ON true`
    assert.deepEqual(violations(text), ["reads clients AS c of any tenant", "reads users AS u of any tenant"])
  })

  it("counts only the parameters that hold the caller's tenant", () => {
    const text = `${clients} WHERE c.tenant = $1`
    assert.deepEqual(violations(text, [tenant]), [])
    assert.isNotEmpty(violations(text, [other]))
  })
})
