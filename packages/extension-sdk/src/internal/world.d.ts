/** The imports of the world `alga:extension/runner`, as an engine's glue offers them to JavaScript. */
declare namespace World {
  type Option<A> = A | undefined

  interface ContextData {
    tenantId: string
    extensionId: string
    requestId: Option<string>
    installId: Option<string>
    versionId: Option<string>
  }
  interface Header {
    name: string
    value: string
  }
  interface HttpRequest {
    method: string
    url: string
    headers: Array<Header>
    body: Option<Uint8Array>
  }
  interface HttpResponse {
    status: number
    headers: Array<Header>
    body: Option<Uint8Array>
  }
  interface ExecuteRequest {
    context: ContextData
    http: HttpRequest
  }
  type ExecuteResponse = HttpResponse
  interface StorageEntry {
    namespace: string
    key: string
    value: Uint8Array
    revision: Option<bigint | number>
  }
  interface UserDataV2 {
    tenantId: string
    clientName: string
    userId: string
    userEmail: string
    userName: string
    userType: string
    clientId: Option<string>
    additionalFields: Array<[string, string]>
  }
  interface ScheduleInfo {
    id: string
    endpointPath: string
    endpointMethod: string
    name: Option<string>
    cron: string
    timezone: string
    enabled: boolean
    payload: Option<string>
    lastRunAt: Option<string>
    lastRunStatus: Option<string>
    lastError: Option<string>
    createdAt: Option<string>
  }
  interface EndpointInfo {
    id: string
    method: string
    path: string
    handler: string
    schedulable: boolean
  }
  interface CreateScheduleInput {
    endpoint: string
    cron: string
    timezone: Option<string>
    enabled: Option<boolean>
    name: Option<string>
    payload: Option<string>
  }
  interface UpdateScheduleInput {
    endpoint: Option<string>
    cron: Option<string>
    timezone: Option<string>
    enabled: Option<boolean>
    name: Option<string>
    payload: Option<string>
  }
  interface DeleteScheduleResult {
    success: boolean
    error: Option<string>
  }
  interface UpdateScheduleResult extends DeleteScheduleResult {
    fieldErrors: Option<string>
  }
  interface CreateScheduleResult extends UpdateScheduleResult {
    scheduleId: Option<string>
  }
  interface ManualInvoiceItemInput {
    serviceId: string
    quantity: number
    description: string
    rate: number
    isDiscount: Option<boolean>
    discountType: Option<"percentage" | "fixed">
    appliesToItemId: Option<string>
    appliesToServiceId: Option<string>
  }
  interface CreateManualInvoiceInput {
    clientId: string
    items: Array<ManualInvoiceItemInput>
    invoiceDate: Option<string>
    dueDate: Option<string>
    poNumber: Option<string>
  }
  interface CreateManualInvoiceResult {
    success: boolean
    invoiceId: Option<string>
    invoiceNumber: Option<string>
    status: Option<string>
    subtotal: Option<number>
    tax: Option<number>
    total: Option<number>
    error: Option<string>
    fieldErrors: Option<string>
  }
}

declare module "alga:extension/context" {
  export function getContext(): World.ContextData
}
declare module "alga:extension/secrets" {
  export function get(key: string): string
  export function listKeys(): Array<string>
}
declare module "alga:extension/http" {
  export function fetch(request: World.HttpRequest): World.HttpResponse
}
declare module "alga:extension/storage" {
  export function get(namespace: string, key: string): World.StorageEntry
  export function put(entry: World.StorageEntry): World.StorageEntry
  function remove(namespace: string, key: string): void

  export { remove as delete }
  export function listEntries(namespace: string, cursor: World.Option<string>): Array<World.StorageEntry>
}
declare module "alga:extension/logging" {
  export function logInfo(message: string): void
  export function logWarn(message: string): void
  export function logError(message: string): void
}
declare module "alga:extension/ui-proxy" {
  export function callRoute(route: string, payload: World.Option<Uint8Array>): Uint8Array
}
declare module "alga:extension/user-v2" {
  export function getUser(): World.UserDataV2
}
declare module "alga:extension/scheduler" {
  export function listSchedules(): Array<World.ScheduleInfo>
  export function getSchedule(scheduleId: string): World.Option<World.ScheduleInfo>
  export function createSchedule(input: World.CreateScheduleInput): World.CreateScheduleResult
  export function updateSchedule(scheduleId: string, input: World.UpdateScheduleInput): World.UpdateScheduleResult
  export function deleteSchedule(scheduleId: string): World.DeleteScheduleResult
  export function getEndpoints(): Array<World.EndpointInfo>
}
declare module "alga:extension/invoicing" {
  export function createManualInvoice(input: World.CreateManualInvoiceInput): World.CreateManualInvoiceResult
}
