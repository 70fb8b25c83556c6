import { report } from "./Console.ts"
import { JobQueue } from "./JobQueue.ts"

/** The jobs and timers of this component. The shell drains them before a handler's answer counts. */
export const jobs = new JobQueue((error) => report("error", ["a job threw:", error]))
