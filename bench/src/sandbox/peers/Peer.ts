import { expected } from "../MockData.ts"

/** How many requests to run, one after another. */
export interface ToPeer {
  readonly requests: number
}

/** Answers one request, on state that no other request saw where the peer has that. */
export type PeerRequest = () => Promise<string>

const say = (problem: string | null) => process.send?.(problem)
const messageOf = (error: unknown) => String((error as { readonly message?: unknown } | null)?.message ?? error)

const start = async (): Promise<void> => {
  const { make } = (await import(`./${process.argv[2]}.ts`)) as { readonly make: () => Promise<PeerRequest> }
  const request = await make()
  const answer = await request()
  if (answer !== expected) return void say(`another answer: ${answer.slice(0, 200)}`)
  process.on("message", async ({ requests }: ToPeer) => {
    try {
      for (let left = requests; left > 0; left--) await request()
      say(null)
    } catch (error) {
      say(messageOf(error))
    }
  })
  say(null)
}

if (process.send !== undefined) start().catch((error) => say(messageOf(error)))
