/** The `InvocationData` of executions that are under way. Nothing else may be taken for one: what was decided for it would never end. */
export const executions = new WeakSet<object>()

/** That of executions that were let through to a port that writes, whatever became of it. */
export const writers = new WeakSet<object>()
