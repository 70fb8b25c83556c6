import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { fileURLToPath } from "node:url"
import { tlsModes } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { serverBounds, serverTimes } from "@alga-psa/ext-adapters-pg/ServerBounds"
import {
  defaultLimits,
  type Limits,
  limitBounds,
  type SandboxOptions,
  sandboxBounds,
  thisContainer
} from "@alga-psa/ext-adapters-wit"
import { Schema } from "effect"
import { httpBounds, httpTimes } from "./HttpBounds.ts"
import { accessFields } from "./internal/accessSettings.ts"
import { cachePlace } from "./internal/cachePlace.ts"
import { databaseParts, databaseUrl } from "./internal/databaseFields.ts"
import { debugFields } from "./internal/debugSettings.ts"
import { longestKept, time } from "./internal/durationSetting.ts"
import { egressFields } from "./internal/egressSettings.ts"
import { digits, number, numberFields, numbersOf } from "./internal/numberSettings.ts"
import { productFields } from "./internal/productSettings.ts"
import { about, type SettingAbout } from "./internal/settingAbout.ts"
import { telemetryFields } from "./internal/telemetrySettings.ts"
import { token } from "./internal/tokenSetting.ts"
import type { StopOptions } from "./Life.ts"
import type { BundleSource, HttpOptions } from "./Runner.ts"
import type { Tokens } from "./ServiceToken.ts"
import { type Sizes, sizesOf } from "./Sizes.ts"
import { storeTimes } from "./StoreTimes.ts"

/** Begins the names that no other program gives a meaning to. One that is not a setting stops the start. */
export const settingPrefix = "ALGA_EXTENSION_RUNNER_"

export type { SettingAbout } from "./internal/settingAbout.ts"

const limitPrefix = `${settingPrefix}LIMIT_`
const sandboxPrefix = `${settingPrefix}SANDBOX_`

const port = (least: number, description: string, fallback: number) => {
  const range = `${least} to 65535`
  return digits(`must be a whole number, ${range}`).pipe(
    Schema.check(Schema.isBetween({ minimum: least, maximum: 65_535 }, { message: `must be ${range}` })),
    about(description, "port", { range, fallback: String(fallback) })
  )
}

const onOff = Schema.Literals(["on", "off"]).annotate({ message: "must be on or off" })
const pooler = Schema.Literals(["none", "transaction"]).annotate({ message: "must be none or transaction" })
const text = Schema.NonEmptyString

const origins = Schema.String.check(
  Schema.isPattern(/^[\x21-\x2b\x2d-\x3a\x3c-\x7e ]+$/, {
    message: "must be origins as in CSP frame-ancestors, with spaces between them"
  })
)

const clusterSecret = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{32,256}$/, { message: "must be 32 to 256 visible ASCII characters" })
).pipe(Schema.RedactedFromValue)

/** An IPv6 address may stand in brackets, as in a URL. */
const listening = Schema.String.check(
  Schema.isPattern(/^([^\s[\]/@]+|\[[0-9a-f:.%]+\])$/i, { message: "must be an address or a name, without blanks" })
)

const isHttp = (base: string): boolean => /^https?:\/\//i.test(base)

const bundleStore = Schema.String.check(
  Schema.makeFilter((base) => {
    if (!isHttp(base)) {
      if (isAbsolute(base) || /^file:\/\/\/./.test(base)) return undefined
      return "must be an absolute path, or a URL that begins with http://, https:// or file:///"
    }
    if (!URL.canParse(base)) return "must be a URL such as https://store.example.com/bundles"
    const { hash, password, search, username } = new URL(base)
    if (username !== "" || password !== "" || base.includes("@")) return "must be a URL without a user or password"
    return search === "" && hash === "" ? undefined : "must be a URL without a query: paths of bundles follow it"
  })
)

/** A process may have no home, and its user no entry. */
const cacheRoot = (): string | null => {
  try {
    return join(homedir(), ".cache", "alga-extension-runner")
  } catch {
    return null
  }
}

/**
 * Every setting of the runner, by the one name that it has in the environment and in the settings file. Decoded from
 * texts. `DATABASE_URL`, `RUNNER_SERVICE_TOKEN`, `BUNDLE_STORE_BASE`, `EXT_CACHE_ROOT` and `PORT` are the names that
 * deployments of the product use already.
 */
export const Settings = Schema.Struct({
  HOST: listening.pipe(about("The address to listen on.", "address", { fallback: "127.0.0.1" })),
  PORT: port(0, "The port to listen on; 0 takes any free one.", 8_080),

  ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES: number(httpBounds.bodyBytes),
  ALGA_EXTENSION_RUNNER_HTTP_BODIES_BYTES: number(httpBounds.bodiesBytes),
  ALGA_EXTENSION_RUNNER_HTTP_HEADER_BYTES: number(httpBounds.headerBytes),
  ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT: time(httpTimes.headersTimeout),
  ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT: time(httpTimes.requestTimeout),
  ALGA_EXTENSION_RUNNER_HTTP_ANSWER_TIMEOUT: time(httpTimes.answerTimeout),
  ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES: number(httpBounds.answerBytes),
  ALGA_EXTENSION_RUNNER_HTTP_KEEP_ALIVE: time(httpTimes.keepAliveTimeout),
  ALGA_EXTENSION_RUNNER_HTTP_CONNECTIONS: number(httpBounds.maxConnections),
  ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT: onOff.pipe(
    about("on lets several processes listen on one port (Linux).", "on, off", { fallback: "off" })
  ),
  ALGA_EXTENSION_RUNNER_FAILURE_STATUS: Schema.Literals(["http", "200"])
    .annotate({ message: "must be http or 200" })
    .pipe(
      about(
        "How POST /v1/execute reports a failure: http by its HTTP status, 200 only by the status in the body.",
        "http, 200",
        { fallback: "http" }
      )
    ),
  ALGA_EXTENSION_RUNNER_STOP_DELAY: time({
    purpose: "How long a stopping runner still takes work while /readyz answers 503.",
    default: "0 seconds",
    least: "0 seconds"
  }),
  ALGA_EXTENSION_RUNNER_STOP_GRACE: time({
    purpose: "How long running work has when the runner stops; then it is cut off.",
    default: "25 seconds",
    least: "0 seconds"
  }),
  ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS: origins.pipe(
    about("Which origins may frame an extension's page, as in CSP frame-ancestors.", "origins", { fallback: "'self'" })
  ),
  EXT_UI_FRAME_ANCESTORS: Schema.optional(origins).pipe(
    about(
      "The product's name for ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS. If both are set, this one counts.",
      "origins"
    )
  ),
  ALGA_EXTENSION_RUNNER_UI_PORT: number({
    purpose: "A second port, where there are extensions' pages and nothing else; 0 takes any free one.",
    unit: "port",
    default: null,
    least: 0,
    most: 65_535
  }),
  ALGA_EXTENSION_RUNNER_HEALTH_PORT: number({
    purpose:
      "A port of its own for /healthz, /readyz, /metrics and /openapi.json, only for probes and Prometheus; PORT keeps /healthz. 0 takes any free one.",
    unit: "port",
    default: null,
    least: 0,
    most: 65_535
  }),

  RUNNER_SERVICE_TOKEN: Schema.optional(token).pipe(
    about("The token that callers send as x-runner-service-token.", "text", { secret: true })
  ),
  RUNNER_SERVICE_TOKEN_PREVIOUS: Schema.optional(token).pipe(
    about("A second valid token, for a change of tokens.", "text", { secret: true })
  ),
  RUNNER_SERVICE_TOKEN_CHECK: onOff.pipe(
    about("off accepts every caller, for a closed network.", "on, off", { fallback: "on" })
  ),

  ALGA_EXTENSION_RUNNER_READS_TOKEN: Schema.optional(token).pipe(
    about(
      "The token that the product's own runner sends as x-runner-auth. If set, this runner answers its reads of clients and services.",
      "text",
      { secret: true }
    )
  ),

  DATABASE_URL: Schema.optional(databaseUrl).pipe(
    about("Alga's PostgreSQL, with a login that can only read.", "URL", {
      required: true,
      unless: "DATABASE_HOST",
      secret: true
    })
  ),
  ...databaseParts("DATABASE", "Alga's database"),
  DATABASE_SSLMODE: Schema.optional(
    Schema.Literals(tlsModes).annotate({ message: `must be one of ${tlsModes.join(", ")}` })
  ).pipe(
    about(
      "How connections to databases are encrypted, if their URLs do not say it. Default: prefer.",
      tlsModes.join(", ")
    )
  ),
  DATABASE_CA_FILE: Schema.optional(text).pipe(
    about(
      "A file with the authority's certificates for the databases' servers, if their URLs name none; without sslmode, it means verify-full.",
      "path"
    )
  ),
  ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE: onOff.pipe(
    about("on starts even without a database, and is not ready until it answers.", "on, off", { fallback: "off" })
  ),
  DATABASE_CONNECT_TIMEOUT: time(serverTimes.connectTimeout),
  DATABASE_STATEMENT_TIMEOUT: time(serverTimes.statementTimeout),
  DATABASE_MAX_CONNECTIONS: number(serverBounds.maxConnections),
  DATABASE_PLANS: Schema.Literals(["generic", "auto"])
    .annotate({ message: "must be generic or auto" })
    .pipe(
      about(
        "generic plans a statement once for all tenants; auto leaves it to the server, as Citus needs.",
        "generic, auto",
        {
          fallback: "generic"
        }
      )
    ),
  DATABASE_POOLER: pooler.pipe(
    about(
      "The pooler in front of Alga's database and its replica: transaction for PgBouncer in transaction mode.",
      "none, transaction",
      { fallback: "none" }
    )
  ),
  DATABASE_REPLICA_URL: Schema.optional(databaseUrl).pipe(
    about(
      "A replica for the reads of clients and services; installs, users and rights stay with DATABASE_URL.",
      "URL",
      {
        secret: true
      }
    )
  ),
  ...databaseParts("DATABASE_REPLICA", "the replica"),
  DATABASE_ROW_SECURITY: onOff.pipe(
    about("on tells the database the tenant of every read, for the policies of `db policies`.", "on, off", {
      fallback: "off"
    })
  ),

  IDEMPOTENCY_DATABASE_URL: Schema.optional(databaseUrl).pipe(
    about(
      "The database that keeps answers under x-idempotency-key, with the runner's own login. Without it, a key counts only for triggers.",
      "URL",
      {
        secret: true
      }
    )
  ),
  ...databaseParts("IDEMPOTENCY_DATABASE", "the database of idempotency keys"),
  IDEMPOTENCY_DATABASE_POOLER: pooler.pipe(
    about("The pooler in front of the database of idempotency keys.", "none, transaction", {
      fallback: "none"
    })
  ),
  IDEMPOTENCY_WINDOW: time(storeTimes.idempotencyWindow),

  DATABASE_CLUSTER_URL: Schema.optional(databaseUrl).pipe(
    about("The cluster's PostgreSQL, with the login of `db cluster`; needed by `serve --cluster`.", "URL", {
      secret: true
    })
  ),
  ...databaseParts("DATABASE_CLUSTER", "the cluster's database"),
  ALGA_EXTENSION_RUNNER_CLUSTER_HOST: Schema.optional(text).pipe(
    about("The address at which other runners reach this one; needed by `serve --cluster`.", "address")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_PORT: port(1, "The port at which other runners reach this one.", 34_431),
  ALGA_EXTENSION_RUNNER_CLUSTER_LISTEN: Schema.optional(text).pipe(
    about("The address to listen on for other runners, if it is not the one that they use.", "address")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: Schema.optional(clusterSecret).pipe(
    about("The secret that the runners of one cluster share; it encrypts their connections.", "text", { secret: true })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET_PREVIOUS: Schema.optional(clusterSecret).pipe(
    about("A second secret that other runners may use.", "text", { secret: true })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME: time({
    purpose: "How long a runner may be silent before others take over what it owns.",
    default: "15 seconds"
  }),
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH: Schema.Literals(["ping", "kubernetes"])
    .annotate({ message: "must be ping or kubernetes" })
    .pipe(
      about("How a runner is known to be alive: ping by the others, or kubernetes by its pod.", "ping, kubernetes", {
        fallback: "ping"
      })
    ),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR: Schema.optional(text).pipe(
    about("The labels of the runners' pods, such as app=alga-extension-runner; needed with kubernetes.", "selector")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_NAMESPACE: Schema.optional(
    text.check(Schema.isPattern(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { message: "must be the name of a namespace" }))
  ).pipe(about("The namespace of the runners' pods, if it is not the service account's.", "name")),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API: Schema.String.check(
    Schema.isPattern(/^https:\/\/[^\s/?#@]+\/?$/, { message: "must be a URL such as https://kubernetes.default.svc" })
  ).pipe(about("The Kubernetes API.", "URL", { fallback: "https://kubernetes.default.svc" })),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_ACCOUNT: text.pipe(
    about("The directory with the service account's token and ca.crt.", "path", {
      fallback: "/var/run/secrets/kubernetes.io/serviceaccount"
    })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_CONCURRENCY: number({
    purpose: "Concurrent executions of one install, in the whole cluster.",
    unit: "executions",
    default: null,
    least: 1,
    most: 100_000
  }),
  ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_RATE: number({
    purpose: "Executions of one install that may begin in a minute, in the whole cluster.",
    unit: "executions a minute",
    default: null,
    least: 1,
    most: 100_000_000
  }),
  ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_CONCURRENCY: number({
    purpose: "Concurrent executions of one tenant, in the whole cluster.",
    unit: "executions",
    default: null,
    least: 1,
    most: 100_000
  }),
  ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_RATE: number({
    purpose: "Executions of one tenant that may begin in a minute, in the whole cluster.",
    unit: "executions a minute",
    default: null,
    least: 1,
    most: 100_000_000
  }),
  ALGA_EXTENSION_RUNNER_TRIGGER_ATTEMPTS: number({
    purpose: "How many attempts a kept trigger gets.",
    unit: "attempts",
    default: 5,
    least: 1,
    most: 100
  }),
  ALGA_EXTENSION_RUNNER_TRIGGER_BACKOFF: time({
    purpose: "The pause after a kept trigger's first failed attempt; it doubles, up to 64 times this.",
    default: "10 seconds"
  }),
  ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY: time({
    purpose: "How long after its acceptance a kept trigger may begin.",
    default: "24 hours",
    most: longestKept
  }),
  ALGA_EXTENSION_RUNNER_TRIGGER_RETENTION: time({
    purpose: "How long the outcome of a kept trigger is kept.",
    default: "7 days",
    most: longestKept
  }),
  ALGA_EXTENSION_RUNNER_TRIGGER_CONCURRENCY: number({
    purpose: "Kept triggers that one runner works on at the same time.",
    unit: "triggers",
    default: 4,
    least: 1,
    most: 1_024
  }),

  ...accessFields,

  BUNDLE_STORE_BASE: bundleStore.pipe(
    about("The directory of the bundles, or the http(s) URL that their paths follow.", "path or URL", {
      required: true
    })
  ),
  BUNDLE_STORE_TIMEOUT: time(storeTimes.bundle),
  AWS_ACCESS_KEY_ID: Schema.optional(text).pipe(
    about("The key that signs requests to the store, together with AWS_SECRET_ACCESS_KEY.", "text")
  ),
  AWS_SECRET_ACCESS_KEY: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("The secret of AWS_ACCESS_KEY_ID.", "text", { secret: true })
  ),
  AWS_SESSION_TOKEN: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("The token of temporary credentials.", "text", { secret: true })
  ),
  AWS_REGION: text.pipe(about("The region that signed requests name.", "text", { fallback: "us-east-1" })),
  EXT_CACHE_ROOT: text.pipe(
    about("The directory of accepted components and fetched bundles, only for the runner's own user.", "path", {
      fallback: cacheRoot(),
      required: true,
      fallbackIs: "`~/.cache/alga-extension-runner`"
    })
  ),
  ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES: number({
    purpose: "Size of the fetched bundles that are kept on disk.",
    unit: "bytes",
    default: null,
    defaultIs: "1 GiB; less on a small disk, and a sixteenth of the memory where it lies there",
    least: 0,
    most: 1_099_511_627_776
  }),
  ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES: number({
    purpose: "Size of the accepted components that are kept on disk; the last one stays, whatever its size.",
    unit: "bytes",
    default: null,
    defaultIs: "1 GiB; less on a small disk, and a sixteenth of the memory where it lies there",
    least: 0,
    most: 1_099_511_627_776
  }),

  ...productFields,
  ...egressFields,
  ...debugFields,

  ...telemetryFields,

  ...numberFields(limitPrefix, limitBounds),
  ...numberFields(sandboxPrefix, sandboxBounds),
  ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_PER: Schema.Literals(["install", "component"])
    .annotate({ message: "must be install or component" })
    .pipe(
      about(
        "install keeps a process for each install; component keeps one for all installs of a component, each with its own instances.",
        "install, component",
        { fallback: "install" }
      )
    ),
  ALGA_EXTENSION_RUNNER_SANDBOX_CONFINEMENT: Schema.Literals(["auto", "none"])
    .annotate({ message: "must be auto or none" })
    .pipe(
      about("auto restricts each process as far as the system can; none leaves that to Node.", "auto, none", {
        fallback: "auto"
      })
    )
})
export interface Settings extends Schema.Schema.Type<typeof Settings> {}

/** The name of a setting. */
export type SettingName = keyof Settings

/** All names, in the order in which they are shown. */
export const settingNames = Object.keys(Settings.fields) as ReadonlyArray<SettingName>

/** The settings that name the origins that may frame pages. */
export const frameAncestorsSettings = [
  "EXT_UI_FRAME_ANCESTORS",
  "ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS"
] as const satisfies ReadonlyArray<SettingName>

/** What a setting is for, its unit and what counts where nothing is set. */
export const aboutSetting = (name: SettingName): SettingAbout =>
  Settings.fields[name].ast.context?.annotations?.["about"] as SettingAbout

/** The limits that these settings name, and the defaults of the others. */
export const limitsOf = (settings: Partial<Settings>): Limits => ({
  ...defaultLimits,
  ...numbersOf(limitPrefix, limitBounds, settings)
})

/** How much each part takes, after these settings and the container. */
export const sizesIn = (settings: Settings): Sizes =>
  sizesOf(settings, thisContainer(), cachePlace(settings.EXT_CACHE_ROOT))

/** How many processes the sandbox may have, and which, after these settings. */
export const sandboxOptionsOf = (settings: Settings): Partial<SandboxOptions> => ({
  ...numbersOf(sandboxPrefix, sandboxBounds, settings),
  ...sizesIn(settings).sandbox,
  confinement: settings.ALGA_EXTENSION_RUNNER_SANDBOX_CONFINEMENT,
  processPer: settings.ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_PER
})

/** Where the bundles come from, after these settings. */
export const bundlesOf = (settings: Settings): BundleSource => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings
  const base = settings.BUNDLE_STORE_BASE
  if (!isHttp(base)) return { directory: base.startsWith("file://") ? fileURLToPath(base) : base }
  return {
    base,
    timeout: settings.BUNDLE_STORE_TIMEOUT,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? null
        : {
            accessKeyId,
            secretAccessKey,
            region: settings.AWS_REGION,
            ...(settings.AWS_SESSION_TOKEN ? { sessionToken: settings.AWS_SESSION_TOKEN } : {})
          },
    cache: {
      directory: join(settings.EXT_CACHE_ROOT, "bundles"),
      bytes: sizesIn(settings).bundleCacheBytes
    }
  }
}

const bytesOf = ({ answerBytes, bodiesBytes }: Sizes) => ({ answerBytes, bodiesBytes })

/** Bytes of bodies that a cluster's runners may hand on to this one: half of all. Its callers have the other half. */
export const bodiesOfPeers = (settings: Settings): number => Math.floor(sizesIn(settings).bodiesBytes / 2)

/** Where the server listens and what bounds its callers, after these settings. */
export const httpOptionsOf = (settings: Settings): Required<HttpOptions> => ({
  ...bytesOf(sizesIn(settings)),
  serves: settings.ALGA_EXTENSION_RUNNER_HEALTH_PORT === undefined ? "everything" : "no-operators",
  host: settings.HOST.replace(/^\[(.*)\]$/, "$1"),
  port: settings.PORT,
  bodyBytes: settings.ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES,
  headerBytes: settings.ALGA_EXTENSION_RUNNER_HTTP_HEADER_BYTES,
  headersTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT,
  requestTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT,
  keepAliveTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_KEEP_ALIVE,
  answerTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_ANSWER_TIMEOUT,
  maxConnections: settings.ALGA_EXTENSION_RUNNER_HTTP_CONNECTIONS,
  readsToken: settings.ALGA_EXTENSION_RUNNER_READS_TOKEN ?? null,
  failureStatus: settings.ALGA_EXTENSION_RUNNER_FAILURE_STATUS,
  frameAncestors: settings.EXT_UI_FRAME_ANCESTORS ?? settings.ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS,
  reusePort: settings.ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT === "on"
})

/** How the runner ends, after these settings. */
export const stopOptionsOf = (settings: Settings): StopOptions => ({
  delay: settings.ALGA_EXTENSION_RUNNER_STOP_DELAY,
  grace: settings.ALGA_EXTENSION_RUNNER_STOP_GRACE
})

/** The tokens that are valid, or null where the check is off. */
export const tokensOf = (settings: Settings): Tokens | null => {
  const { RUNNER_SERVICE_TOKEN: token, RUNNER_SERVICE_TOKEN_PREVIOUS: previous } = settings
  if (settings.RUNNER_SERVICE_TOKEN_CHECK === "off" || token === undefined) return null
  return previous === undefined ? [token] : [token, previous]
}
