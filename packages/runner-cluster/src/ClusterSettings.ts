import { BlockList, isIP } from "node:net"
import { databaseIn } from "@alga-psa/ext-runner/DatabaseSettings"
import { bodiesOfPeers, type Settings } from "@alga-psa/ext-runner/Settings"
import { SettingsInvalid } from "@alga-psa/ext-runner/SettingsSource"
import type { ClusterOptions, TriggerOptions } from "./ClusterOptions.ts"
import { kubernetesOptionsOf } from "./KubernetesSettings.ts"

/** How long and how often kept triggers are tried, after these settings. */
export const triggerOptionsOf = (settings: Settings): TriggerOptions => ({
  attempts: settings.ALGA_EXTENSION_RUNNER_TRIGGER_ATTEMPTS,
  backoff: settings.ALGA_EXTENSION_RUNNER_TRIGGER_BACKOFF,
  expiry: settings.ALGA_EXTENSION_RUNNER_TRIGGER_EXPIRY,
  retention: settings.ALGA_EXTENSION_RUNNER_TRIGGER_RETENTION,
  concurrency: settings.ALGA_EXTENSION_RUNNER_TRIGGER_CONCURRENCY
})

/** Room for what a message says beside its body. */
const envelopeBytes = 1_048_576

const everyAddress = new BlockList()
everyAddress.addAddress("0.0.0.0")
everyAddress.addAddress("::", "ipv6")

/** Every machine calls itself by these, however they are written: no other can reach a runner there. */
const isAnyAddress = (host: string): boolean => {
  const bare = host.replace(/^\[(.*)\]$/, "$1")
  const version = isIP(bare)
  if (version === 0) return /^(\*|0+(\.0+){0,3}|0x0+)$/i.test(bare)
  return everyAddress.check(bare, version === 6 ? "ipv6" : "ipv4")
}

const hostProblems = (host: string | undefined): ReadonlyArray<string> => {
  const remedy =
    "give each runner the address at which the others reach it, 127.0.0.1 only where all are on one machine"
  if (host === undefined) return [`ALGA_EXTENSION_RUNNER_CLUSTER_HOST is not set: ${remedy}`]
  return isAnyAddress(host) ? [`ALGA_EXTENSION_RUNNER_CLUSTER_HOST is every address: ${remedy}`] : []
}

/** The cluster of these settings, or what they lack for one. */
export const clusterOptionsOf = (settings: Settings): ClusterOptions | SettingsInvalid => {
  const {
    ALGA_EXTENSION_RUNNER_CLUSTER_SECRET: secret,
    ALGA_EXTENSION_RUNNER_CLUSTER_SECRET_PREVIOUS: previous,
    ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host
  } = settings
  const url = databaseIn(settings, "DATABASE_CLUSTER")
  if (url === null || secret === undefined || host === undefined || isAnyAddress(host)) {
    const problems = [
      ...(url === null ? ["DATABASE_CLUSTER_URL is not set: serve --cluster needs it"] : []),
      ...(secret === undefined ? ["ALGA_EXTENSION_RUNNER_CLUSTER_SECRET is not set: serve --cluster needs it"] : []),
      ...hostProblems(host)
    ]
    return new SettingsInvalid({ problems })
  }
  const kubernetes = kubernetesOptionsOf(settings)
  if (kubernetes instanceof SettingsInvalid) return kubernetes
  const response = settings.ALGA_EXTENSION_RUNNER_LIMIT_RESPONSE_BODY_BYTES
  return {
    url,
    mayBeAway: settings.ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE === "on",
    address: { host, port: settings.ALGA_EXTENSION_RUNNER_CLUSTER_PORT },
    listen: settings.ALGA_EXTENSION_RUNNER_CLUSTER_LISTEN ?? null,
    secrets: previous === undefined ? [secret] : [secret, previous],
    health: settings.ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME,
    kubernetes,
    messageBytes: Math.max(settings.ALGA_EXTENSION_RUNNER_HTTP_BODY_BYTES, Math.ceil(response * 1.34)) + envelopeBytes,
    bodiesBytes: bodiesOfPeers(settings),
    limits: {
      install: {
        concurrency: settings.ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_CONCURRENCY ?? null,
        rate: settings.ALGA_EXTENSION_RUNNER_CLUSTER_INSTALL_RATE ?? null
      },
      tenant: {
        concurrency: settings.ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_CONCURRENCY ?? null,
        rate: settings.ALGA_EXTENSION_RUNNER_CLUSTER_TENANT_RATE ?? null
      }
    },
    triggers: triggerOptionsOf(settings)
  }
}
