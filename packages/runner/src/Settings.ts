import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { defaultSandboxOptions, type SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Duration, Schema } from "effect"
import { limitFields } from "./internal/limitSettings.ts"
import type { StopOptions } from "./Life.ts"
import type { BundleSource, HttpOptions } from "./Runner.ts"
import type { Tokens } from "./ServiceToken.ts"

/** Begins the names that no other program gives a meaning to. One that is not a setting stops the start. */
export const settingPrefix = "ALGA_EXTENSION_RUNNER_"

/** What a setting is, beside its values. */
export interface SettingAbout {
  readonly description: string
  readonly unit: string
  /** The text that counts where nothing is set; null where the setting may stay unset. */
  readonly fallback: string | null
  /** Whether it must be set. */
  readonly required: boolean
  /** A secret is never shown. */
  readonly secret: boolean
}

const about =
  (description: string, unit: string, more: Partial<SettingAbout> = {}) =>
  <S extends Schema.Top>(schema: S): S["Rebuild"] =>
    schema.annotateKey({
      about: { description, unit, fallback: null, required: false, secret: false, ...more } satisfies SettingAbout
    })

const whole = (minimum: number, maximum: number) =>
  Schema.String.check(
    Schema.isPattern(/^\d{1,15}$/, { message: `must be a whole number, ${minimum} to ${maximum}` })
  ).pipe(
    Schema.decodeTo(Schema.FiniteFromString),
    Schema.check(Schema.isBetween({ minimum, maximum }, { message: `must be ${minimum} to ${maximum}` }))
  )

const duration = Schema.String.check(
  Schema.isPattern(/^\d{1,9} (millis|seconds?|minutes?|hours?|days?)$/, {
    message: "must be a duration such as 5 seconds"
  })
).pipe(Schema.decodeTo(Schema.DurationFromString))
/** A shorter one could be over before who waits for an answer has looked again. */
const window = duration.check(
  Schema.makeFilter((given) => Duration.toMinutes(given) >= 1, { message: "must be 1 minute or longer" })
)
const onOff = Schema.Literals(["on", "off"]).annotate({ message: "must be on or off" })
const text = Schema.NonEmptyString
const postgresUrl = Schema.String.check(
  Schema.isPattern(/^postgres(ql)?:\/\//, { message: "must be a URL such as postgres://user:password@host:5432/name" })
).pipe(Schema.RedactedFromValue)

const clusterSecret = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{32,256}$/, { message: "must be 32 to 256 visible ASCII characters" })
).pipe(Schema.RedactedFromValue)

const isHttp = (base: string): boolean => /^https?:\/\//i.test(base)

const sandbox = defaultSandboxOptions()

/**
 * Every setting of the runner, by the one name that it has in the environment and in the settings file. Decoded from
 * texts. `DATABASE_URL`, `RUNNER_SERVICE_TOKEN`, `BUNDLE_STORE_BASE`, `EXT_CACHE_ROOT` and `PORT` are the names that
 * deployments of the product use already.
 */
export const Settings = Schema.Struct({
  HOST: text.pipe(about("The address to listen on.", "address", { fallback: "127.0.0.1" })),
  PORT: whole(0, 65_535).pipe(about("The port to listen on; 0 takes any free one.", "port", { fallback: "8080" })),

  ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES: whole(1_024, 268_435_456).pipe(
    about("Largest request body, envelope included.", "bytes", { fallback: "16777216" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_HEADER_BYTES: whole(4_096, 1_048_576).pipe(
    about("Largest head of a request.", "bytes", { fallback: "16384" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT: duration.pipe(
    about("How long a caller may take to send the head of a request.", "duration", { fallback: "10 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT: duration.pipe(
    about("How long a caller may take to send a whole request.", "duration", { fallback: "30 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_ANSWER_TIMEOUT: duration.pipe(
    about("How long a caller may take to receive a whole answer.", "duration", { fallback: "60 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES: whole(1_048_576, 68_719_476_736).pipe(
    about(
      "Answers that may wait for their callers, all together; a tenant may have half of it. Beyond it no execution begins.",
      "bytes",
      { fallback: "268435456" }
    )
  ),
  ALGA_EXTENSION_RUNNER_HTTP_KEEP_ALIVE: duration.pipe(
    about("How long a connection may stay without a request.", "duration", { fallback: "65 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_CONNECTIONS: whole(1, 1_000_000).pipe(
    about("Most connections of callers; more are closed at once.", "connections", { fallback: "10000" })
  ),
  ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT: onOff.pipe(
    about("on lets several processes listen on one port (Linux).", "on, off", { fallback: "off" })
  ),
  ALGA_EXTENSION_RUNNER_STOP_DELAY: duration.pipe(
    about("How long a stopping runner takes work while /readyz says no.", "duration", { fallback: "0 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_STOP_GRACE: duration.pipe(
    about("How long work may go on when the runner stops; then it is cut.", "duration", { fallback: "25 seconds" })
  ),
  ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS: Schema.String.check(
    Schema.isPattern(/^[\x21-\x2b\x2d-\x3a\x3c-\x7e ]+$/, {
      message: "must be origins as in CSP frame-ancestors, with spaces between them"
    })
  ).pipe(
    about("Which origins may frame an extension's page, as in CSP frame-ancestors.", "origins", { fallback: "'self'" })
  ),

  RUNNER_SERVICE_TOKEN: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("What callers send as x-runner-service-token.", "text", { secret: true })
  ),
  RUNNER_SERVICE_TOKEN_PREVIOUS: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("A second token that is valid too.", "text", { secret: true })
  ),
  RUNNER_SERVICE_TOKEN_CHECK: onOff.pipe(
    about("off accepts every caller, for a closed network.", "on, off", { fallback: "on" })
  ),

  DATABASE_URL: postgresUrl.pipe(
    about("Alga's PostgreSQL, with a login that can only read.", "URL", { required: true, secret: true })
  ),
  ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE: onOff.pipe(
    about("on starts without a database too, and is not ready until it answers.", "on, off", { fallback: "off" })
  ),
  DATABASE_CONNECT_TIMEOUT: duration.pipe(
    about("How long a connection may take to be ready.", "duration", { fallback: "5 seconds" })
  ),
  DATABASE_STATEMENT_TIMEOUT: duration.pipe(
    about("How long the server may work on one statement.", "duration", { fallback: "5 seconds" })
  ),
  DATABASE_MAX_CONNECTIONS: whole(1, 1_000).pipe(
    about(
      "Connections to the database. One in five is shared by reads of single records; a list has one of its own.",
      "connections",
      { fallback: "10" }
    )
  ),
  DATABASE_PLANS: Schema.Literals(["generic", "auto"])
    .annotate({ message: "must be generic or auto" })
    .pipe(
      about(
        "generic plans a statement once for all tenants, auto leaves it to the server, as Citus needs.",
        "generic, auto",
        {
          fallback: "generic"
        }
      )
    ),
  DATABASE_REPLICA_URL: Schema.optional(postgresUrl).pipe(
    about(
      "A replica for the reads of clients and services; installs, users and rights stay with DATABASE_URL.",
      "URL",
      {
        secret: true
      }
    )
  ),
  DATABASE_ROW_SECURITY: onOff.pipe(
    about("on tells the database the tenant of every read, for the policies of `db policies`.", "on, off", {
      fallback: "off"
    })
  ),

  IDEMPOTENCY_DATABASE_URL: Schema.optional(postgresUrl).pipe(
    about("Keeps answers under x-idempotency-key, with the runner's own login; off where not set.", "URL", {
      secret: true
    })
  ),
  IDEMPOTENCY_WINDOW: window.pipe(
    about("How long an idempotency key holds its answer; 1 minute or longer.", "duration", { fallback: "24 hours" })
  ),

  DATABASE_CLUSTER_URL: Schema.optional(postgresUrl).pipe(
    about("The cluster's PostgreSQL, with the login of `db cluster`; needed by `serve --cluster`.", "URL", {
      secret: true
    })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_HOST: text.pipe(
    about("The address at which other runners reach this one.", "address", { fallback: "127.0.0.1" })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_PORT: whole(1, 65_535).pipe(
    about("The port at which other runners reach this one.", "port", { fallback: "34431" })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_LISTEN: Schema.optional(text).pipe(
    about("The address to listen on for other runners, where it is not the one that they use.", "address")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: Schema.optional(clusterSecret).pipe(
    about("What the runners of one cluster know; their connections are encrypted with it.", "text", { secret: true })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_SECRET_PREVIOUS: Schema.optional(clusterSecret).pipe(
    about("A second secret that other runners may use.", "text", { secret: true })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME: duration.pipe(
    about("How long a runner may be silent before others take over what it owns.", "duration", {
      fallback: "15 seconds"
    })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH: Schema.Literals(["ping", "kubernetes"])
    .annotate({ message: "must be ping or kubernetes" })
    .pipe(
      about("Who says that a runner lives: the others, who ping it, or Kubernetes, by its pod.", "ping, kubernetes", {
        fallback: "ping"
      })
    ),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR: Schema.optional(text).pipe(
    about("The labels of the runners' pods, such as app=alga-extension-runner; needed with kubernetes.", "selector")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_NAMESPACE: Schema.optional(
    text.check(Schema.isPattern(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { message: "must be the name of a namespace" }))
  ).pipe(about("The namespace of the runners' pods, where it is not the service account's.", "name")),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API: Schema.String.check(
    Schema.isPattern(/^https:\/\/[^\s/?#@]+\/?$/, { message: "must be a URL such as https://kubernetes.default.svc" })
  ).pipe(about("The Kubernetes API.", "URL", { fallback: "https://kubernetes.default.svc" })),
  ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_ACCOUNT: text.pipe(
    about("The directory with the service account's token and ca.crt.", "path", {
      fallback: "/var/run/secrets/kubernetes.io/serviceaccount"
    })
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_CONCURRENCY: Schema.optional(whole(1, 100_000)).pipe(
    about("One install's executions at the same time, in the whole cluster.", "executions")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_RATE: Schema.optional(whole(1, 100_000_000)).pipe(
    about("One install's executions that begin in a minute, in the whole cluster.", "executions a minute")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_CONCURRENCY: Schema.optional(whole(1, 100_000)).pipe(
    about("One tenant's executions at the same time, in the whole cluster.", "executions")
  ),
  ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_RATE: Schema.optional(whole(1, 100_000_000)).pipe(
    about("One tenant's executions that begin in a minute, in the whole cluster.", "executions a minute")
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_ATTEMPTS: whole(1, 100).pipe(
    about("How often a kept trigger is tried.", "attempts", { fallback: "5" })
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_BACKOFF: duration.pipe(
    about("The pause after a kept trigger's first failed attempt; it doubles, up to 64 times this.", "duration", {
      fallback: "10 seconds"
    })
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY: duration.pipe(
    about("How long after it was accepted a kept trigger may begin.", "duration", { fallback: "24 hours" })
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_RETENTION: duration.pipe(
    about("How long the outcome of a kept trigger can be asked for.", "duration", { fallback: "7 days" })
  ),
  ALGA_EXTENSION_RUNNER_TRIGGER_CONCURRENCY: whole(1, 1_024).pipe(
    about("Kept triggers that one runner works on at the same time.", "triggers", { fallback: "4" })
  ),

  BUNDLE_STORE_BASE: text
    .check(Schema.isPattern(/^(?!https?:\/\/[^/?#]*@)/i, { message: "must be a URL without a user or password" }))
    .pipe(
      about("The directory of the bundles, or the http(s) URL that their paths follow.", "path or URL", {
        required: true
      })
    ),
  BUNDLE_STORE_TIMEOUT: duration.pipe(
    about("How long a bundle may take to be fetched over HTTP.", "duration", { fallback: "15 seconds" })
  ),
  AWS_ACCESS_KEY_ID: Schema.optional(text).pipe(
    about("Signs requests to the store, together with AWS_SECRET_ACCESS_KEY.", "text")
  ),
  AWS_SECRET_ACCESS_KEY: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("The secret of AWS_ACCESS_KEY_ID.", "text", { secret: true })
  ),
  AWS_SESSION_TOKEN: Schema.optional(Schema.RedactedFromValue(text)).pipe(
    about("The token of temporary credentials.", "text", { secret: true })
  ),
  AWS_REGION: text.pipe(about("The region that signed requests name.", "text", { fallback: "us-east-1" })),
  EXT_CACHE_ROOT: text.pipe(
    about("The directory of accepted components and fetched bundles, for the runner's own user alone.", "path", {
      fallback: join(homedir(), ".cache", "alga-extension-runner")
    })
  ),
  ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES: whole(0, 1_099_511_627_776).pipe(
    about("Fetched bundles that are kept on disk.", "bytes", { fallback: "1073741824" })
  ),
  ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES: whole(0, 1_099_511_627_776).pipe(
    about("Accepted components that are kept on disk; the last one stays, whatever its size.", "bytes", {
      fallback: "1073741824"
    })
  ),

  OTEL_EXPORTER_OTLP_ENDPOINT: Schema.optional(
    Schema.String.check(
      Schema.isPattern(/^https?:\/\/[^\s/?#@]+([/?#]\S*)?$/, {
        message: "must be a URL such as http://collector:4318, without a user or password"
      })
    )
  ).pipe(about("The OTLP receiver (HTTP, JSON) that traces are sent to.", "URL")),
  OTEL_SERVICE_NAME: text.pipe(
    about("The name that traces give this service.", "text", { fallback: "alga-extension-runner" })
  ),

  ...limitFields((schema, { description, unit, fallback }) => schema.pipe(about(description, unit, { fallback }))),

  ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: whole(1, 1_024).pipe(
    about("Executions at the same time.", "executions", { fallback: String(sandbox.concurrency) })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_TENANT: Schema.optional(whole(1, 1_024)).pipe(
    about("Of these, one tenant's; three quarters where not set.", "executions")
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_INSTALL: Schema.optional(whole(1, 1_024)).pipe(
    about("Of these, one install's; half where not set.", "executions")
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_QUEUE_LENGTH: whole(0, 100_000).pipe(
    about("Executions that may wait; beyond that some are refused with 503.", "executions", {
      fallback: String(sandbox.queueLength)
    })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: whole(0, 64).pipe(
    about("Processes kept started for whoever comes next.", "processes", { fallback: String(sandbox.spares) })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_PROCESSES: whole(0, 1_024).pipe(
    about("Processes kept for the installs that they served.", "processes", {
      fallback: String(sandbox.idleProcesses)
    })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MB: whole(0, 1_048_576).pipe(
    about("Memory that these may take together; the one that worked last is kept in any case.", "MiB", {
      fallback: String(sandbox.idleMb)
    })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MS: whole(0, 86_400_000).pipe(
    about("How long such a process is kept without work.", "milliseconds", { fallback: String(sandbox.idleMs) })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_REQUESTS_PER_PROCESS: whole(1, 1_000_000_000).pipe(
    about("Requests after which a process is replaced.", "requests", { fallback: String(sandbox.requestsPerProcess) })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_MB: whole(128, 65_536).pipe(
    about("Memory above which a process is replaced after its request.", "MiB", {
      fallback: String(sandbox.processMb)
    })
  ),
  ALGA_EXTENSION_RUNNER_SANDBOX_CONFINEMENT: Schema.Literals(["auto", "none"])
    .annotate({ message: "must be auto or none" })
    .pipe(
      about("auto takes from each process what the system can take, none leaves it to Node.", "auto, none", {
        fallback: sandbox.confinement
      })
    )
})
export interface Settings extends Schema.Schema.Type<typeof Settings> {}

/** The name of a setting. */
export type SettingName = keyof Settings

/** All names, in the order in which they are shown. */
export const settingNames = Object.keys(Settings.fields) as ReadonlyArray<SettingName>

/** What a setting is for, its unit and what counts where nothing is set. */
export const aboutSetting = (name: SettingName): SettingAbout =>
  Settings.fields[name].ast.context?.annotations?.["about"] as SettingAbout

export { limitsOf } from "./internal/limitSettings.ts"

/** How many processes the sandbox may have, and which, after these settings. */
export const sandboxOptionsOf = (settings: Settings): Partial<SandboxOptions> => {
  const perTenant = settings.ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_TENANT
  const perInstall = settings.ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY_PER_INSTALL
  return {
    concurrency: settings.ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY,
    ...(perTenant === undefined ? {} : { concurrencyPerTenant: perTenant }),
    ...(perInstall === undefined ? {} : { concurrencyPerInstall: perInstall }),
    queueLength: settings.ALGA_EXTENSION_RUNNER_SANDBOX_QUEUE_LENGTH,
    spares: settings.ALGA_EXTENSION_RUNNER_SANDBOX_SPARES,
    idleProcesses: settings.ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_PROCESSES,
    idleMb: settings.ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MB,
    idleMs: settings.ALGA_EXTENSION_RUNNER_SANDBOX_IDLE_MS,
    requestsPerProcess: settings.ALGA_EXTENSION_RUNNER_SANDBOX_REQUESTS_PER_PROCESS,
    processMb: settings.ALGA_EXTENSION_RUNNER_SANDBOX_PROCESS_MB,
    confinement: settings.ALGA_EXTENSION_RUNNER_SANDBOX_CONFINEMENT
  }
}

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
      bytes: settings.ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES
    }
  }
}

/** Where the server listens and what bounds its callers, after these settings. */
export const httpOptionsOf = (settings: Settings): Required<HttpOptions> => ({
  host: settings.HOST,
  port: settings.PORT,
  bodyBytes: settings.ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES,
  headerBytes: settings.ALGA_EXTENSION_RUNNER_HTTP_HEADER_BYTES,
  headersTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_HEADERS_TIMEOUT,
  requestTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_REQUEST_TIMEOUT,
  keepAliveTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_KEEP_ALIVE,
  answerTimeout: settings.ALGA_EXTENSION_RUNNER_HTTP_ANSWER_TIMEOUT,
  answerBytes: settings.ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES,
  maxConnections: settings.ALGA_EXTENSION_RUNNER_HTTP_CONNECTIONS,
  frameAncestors: settings.ALGA_EXTENSION_RUNNER_UI_FRAME_ANCESTORS,
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
