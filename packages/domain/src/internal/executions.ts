/** The `InvocationData` of executions that are under way. Nothing else may be taken for one: what was decided for it would never end. */
export const executions = new WeakSet<object>()

/** That of executions with a call that may have written: whoever carried them out again would write twice. */
export const writers = new WeakSet<object>()

/** That of executions with a call that failed because its data source could not be reached. */
export const unread = new WeakSet<object>()

/** The installed version behind that of calls whose install was found, by its id. */
export const installedVersions = new WeakMap<object, string>()
