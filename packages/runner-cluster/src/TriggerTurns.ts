import { Duration } from "effect"

/** Whose a kept trigger is. */
export interface Party {
  readonly tenant: string
  readonly install: string
}

/** Whose triggers are not to be taken at the moment. */
export interface Passed {
  readonly tenants: ReadonlyArray<string>
  readonly installs: ReadonlyArray<string>
}

/** Which triggers this runner takes next. */
export interface TriggerTurns {
  /** An attempt begins. */
  readonly begin: (party: Party) => void
  /**
   * It ended. One that was refused before it ran lets its install rest until then (monotonic, in milliseconds); any other
   * ends such a rest.
   */
  readonly end: (party: Party, restUntil: number | null) => void
  /** How many attempts of the install were refused in a row. */
  readonly refusals: (party: Party) => number
  /** Who has all of its share, or rests at this time. */
  readonly passed: (now: number) => Passed
}

/** An install that rested, and of which nothing was taken for so long since, is forgotten. */
const forgottenAfter = Duration.toMillis("10 minutes")

const add = (counts: Map<string, number>, key: string, change: number): void => {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

const full = (counts: ReadonlyMap<string, number>, most: number): ReadonlyArray<string> =>
  [...counts].filter(([, count]) => count >= most).map(([key]) => key)

/**
 * Shares `slots` as the sandbox does: half of them at most for one install, three quarters for one tenant. An install whose
 * trigger was refused before it ran is left alone until its rest is over, or one of its attempts has ended.
 */
export const makeTriggerTurns = (slots: number): TriggerTurns => {
  const ofTenant = new Map<string, number>()
  const ofInstall = new Map<string, number>()
  const rests = new Map<string, { readonly until: number; readonly times: number }>()
  const refusals = ({ install }: Party): number => rests.get(install)?.times ?? 0

  return {
    begin: ({ install, tenant }) => {
      add(ofTenant, tenant, 1)
      add(ofInstall, install, 1)
    },
    end: (party, until) => {
      add(ofTenant, party.tenant, -1)
      add(ofInstall, party.install, -1)
      if (until === null) rests.delete(party.install)
      else rests.set(party.install, { until, times: refusals(party) + 1 })
    },
    refusals,
    passed: (now) => {
      for (const [install, { until }] of rests) if (until + forgottenAfter < now) rests.delete(install)
      const resting = [...rests].filter(([, { until }]) => until > now).map(([install]) => install)
      return {
        tenants: full(ofTenant, Math.ceil((slots * 3) / 4)),
        installs: [...full(ofInstall, Math.ceil(slots / 2)), ...resting]
      }
    }
  }
}
