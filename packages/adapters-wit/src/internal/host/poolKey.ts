/** What decides which process may serve an execution. */
export interface PoolParty {
  readonly tenantId: string
  readonly installId: string
  readonly component: { readonly hash: string; readonly unrestorable: string | null }
  readonly limits: { readonly memoryMb: number }
}

/** Where an execution is served. */
export interface Place {
  /** Names the executions that one process may serve. */
  readonly key: string
  /** Names the installs that a process may begin with that has loaded the component. */
  readonly component: string
  /** Names the install among all tenants'. */
  readonly install: string
  /** Whether the process serves several installs. */
  readonly shared: boolean
}

/** Names an install among all tenants'. */
const installKey = ({ installId, tenantId }: Pick<PoolParty, "tenantId" | "installId">): string =>
  JSON.stringify([tenantId, installId])

/**
 * The place of an execution. A process serves one component and memory limit, and one tenant and install, unless it may be shared and
 * the component's instances can be overwritten.
 */
export const placeOf = (
  { component: { hash, unrestorable }, installId, limits: { memoryMb }, tenantId }: PoolParty,
  mayShare: boolean
): Place => {
  const shared = mayShare && unrestorable === null
  const key = shared ? [hash, memoryMb] : [tenantId, installId, hash, memoryMb]
  return {
    key: JSON.stringify(key),
    component: JSON.stringify([hash, memoryMb, shared]),
    install: installKey({ tenantId, installId }),
    shared
  }
}
