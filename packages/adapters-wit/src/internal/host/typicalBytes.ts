/** What a process counts as until it has answered, in bytes: as much as one with a component of QuickJS has for itself. */
export const typicalBytes = 67_108_864
