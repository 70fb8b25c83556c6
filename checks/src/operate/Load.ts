/** A runner as a balancer knows it. */
export interface Backend {
  readonly address: string
  readonly health: string
}

/** What came of the requests while something happened. */
export interface Outcome {
  readonly answered: number
  readonly failed: ReadonlyArray<string>
}

const isReady = ({ health }: Backend): Promise<boolean> =>
  fetch(`${health}/readyz`).then(
    ({ ok }) => ok,
    () => false
  )

/** What is wrong with an answer; null where nothing is. */
const told = async (response: Response): Promise<string | null> => {
  const { error, status } = (await response.json()) as { readonly status?: number; readonly error?: string }
  return response.ok && status === 200 ? null : `${response.status}, ${status}: ${error}`
}

/** Asks whichever runner is ready, as a balancer does, again and again until the work has ended. Gives what the callers saw. */
export const callersDuring = async (
  backends: ReadonlyArray<Backend>,
  ask: (address: string) => Promise<Response>,
  work: () => Promise<void>
): Promise<Outcome> => {
  let ended = false
  let answered = 0
  const failed: Array<string> = []
  const caller = async (first: number) => {
    for (let turn = first; !ended; turn++) {
      const ready = (await Promise.all(backends.map(async (one) => ((await isReady(one)) ? [one] : [])))).flat()
      const backend = ready[turn % Math.max(ready.length, 1)]
      if (backend === undefined) {
        failed.push("no runner is ready")
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      const reply = await ask(backend.address).then(told, String)
      if (reply === null) answered += 1
      else failed.push(reply)
    }
  }
  const callers = [0, 1].map(caller)
  try {
    await work()
  } finally {
    ended = true
    await Promise.all(callers)
  }
  return { answered, failed }
}
