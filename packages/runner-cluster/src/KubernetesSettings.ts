import { isIP } from "node:net"
import type { Settings } from "@alga-psa/ext-runner/Settings"
import { SettingsInvalid } from "@alga-psa/ext-runner/SettingsSource"
import { Duration } from "effect"
import type { KubernetesOptions } from "./KubernetesPods.ts"

/** How Kubernetes is asked after these settings, null where it is not, or what they lack for it. */
export const kubernetesOptionsOf = (settings: Settings): KubernetesOptions | SettingsInvalid | null => {
  if (settings.ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH === "ping") return null
  const { ALGA_EXTENSION_RUNNER_CLUSTER_HOST: host, ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR: selector } =
    settings
  const isPod = host !== undefined && isIP(host) !== 0 && host !== "127.0.0.1"
  if (selector === undefined || !isPod) {
    const problems = [
      ...(selector === undefined
        ? [
            "ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR is not set: ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH=kubernetes needs it"
          ]
        : []),
      ...(isPod
        ? []
        : [
            "ALGA_EXTENSION_RUNNER_CLUSTER_HOST must be the pod's address (fieldRef status.podIP): Kubernetes knows a runner by it"
          ])
    ]
    return new SettingsInvalid({ problems })
  }
  return {
    api: settings.ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_API,
    account: settings.ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_ACCOUNT,
    namespace: settings.ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_NAMESPACE ?? null,
    selector,
    timeout: Duration.divideUnsafe(settings.ALGA_EXTENSION_RUNNER_CLUSTER_HEALTH_TIME, 3)
  }
}
