/** What decides which process may serve an execution. */
export interface PoolParty {
  readonly tenantId: string
  readonly installId: string
  readonly component: { readonly hash: string }
  readonly limits: { readonly memoryMb: number }
}

/** Names the executions that one process may serve: those of one tenant, install, component and memory limit. */
export const poolKey = ({ component, installId, limits, tenantId }: PoolParty): string =>
  JSON.stringify([tenantId, installId, component.hash, limits.memoryMb])
