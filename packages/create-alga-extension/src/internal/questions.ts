import { type Read, readsIn } from "../Reads.ts"

/** What is known of the extension; undefined is not answered yet. */
export interface Answers {
  readonly name: string | undefined
  readonly page: boolean | undefined
  readonly reads: ReadonlyArray<Read> | undefined
}

type Ask = (question: string) => Promise<string>

/** Asks until the answer is one that `read` understands. An empty answer is the default. */
const until = async <A>(
  question: string,
  fallback: string,
  ask: Ask,
  read: (answer: string) => A | null
): Promise<A> => {
  for (;;) {
    const answer = read((await ask(`${question} `)).trim().toLowerCase() || fallback)
    if (answer !== null) return answer
  }
}

const yes = (answer: string): boolean | null =>
  ["y", "yes"].includes(answer) ? true : ["n", "no"].includes(answer) ? false : null

const chosen = (answer: string) => readsIn(answer === "both" ? "clients,services" : answer)

/** Asks for what is not answered yet. */
export const ask = async ({ name, page, reads }: Answers, question: Ask): Promise<Answers> => ({
  name: name ?? (await until("The extension's name (my-extension):", "my-extension", question, (answer) => answer)),
  page: page ?? (await until("A page, which people see in Alga? (Y/n)", "y", question, yes)),
  reads: reads ?? (await until("What it reads: clients, services or both? (both)", "both", question, chosen))
})
