import { type HostBindings, HostError } from "@alga-psa/ext-extension-sdk"

const endpoint = "/api/status"
const wanted = {
  endpoint: `POST ${endpoint}`,
  cron: "0 * * * *",
  timezone: "UTC",
  name: "Check the service every hour"
}

const ownSchedules = async (host: HostBindings) =>
  (await host.scheduler.list()).filter(({ endpointPath }) => endpointPath === endpoint)

const refused = (operation: string) => new HostError(`scheduler.${operation}`, "validation-failed")

/** Whether the check is scheduled. */
export const isScheduled = async (host: HostBindings): Promise<boolean> => (await ownSchedules(host)).length > 0

/** Has the check run every hour. */
export const schedule = async (host: HostBindings): Promise<void> => {
  if (await isScheduled(host)) return
  const { success } = await host.scheduler.create(wanted)
  if (!success) throw refused("create")
}

/** Ends that. */
export const unschedule = async (host: HostBindings): Promise<void> => {
  for (const { id } of await ownSchedules(host)) {
    const { success } = await host.scheduler.delete(id)
    if (!success) throw refused("delete")
  }
}
