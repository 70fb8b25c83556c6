/**
 * What an extension author imports. Everything here is plain JavaScript that also runs under a unit test in Node; the
 * component's shell is in `@alga-psa/ext-extension-sdk/component`.
 *
 * @module @alga-psa/ext-extension-sdk
 */
export type {
  ContextData,
  CreateScheduleInput,
  CreateScheduleResult,
  DeleteScheduleResult,
  EndpointInfo,
  ExecuteRequest,
  ExecuteResponse,
  HttpHeader,
  HttpHost,
  HttpRequest,
  HttpResponse,
  LoggingHost,
  ScheduleInfo,
  SchedulerHost,
  SecretsHost,
  UiProxyHost,
  UpdateScheduleInput,
  UpdateScheduleResult,
  UserError
} from "@alga-psa/extension-runtime"
export { callProxyJson, emptyResponse, jsonResponse } from "@alga-psa/extension-runtime"
export { allAfter } from "./AllAfter.ts"
export { type AllOptions, allPages } from "./AllPages.ts"
export { collator } from "./Collator.ts"
export type { CursorPage } from "./CursorPage.ts"
export { type ErrorResponseInit, errorResponse } from "./ErrorResponse.ts"
export { type DateFormat, formatDate } from "./FormatDate.ts"
export { formatMoney } from "./FormatMoney.ts"
export { type CapabilityName, capabilityNames, type Granted } from "./Granted.ts"
export { defineHandler, type Handler } from "./Handler.ts"
export { connectHost, host } from "./Host.ts"
export type { HostBindings, UserData, UserHost } from "./HostBindings.ts"
export {
  HostError,
  type HostErrorCode,
  type HttpErrorCode,
  isHostError,
  isReadError,
  type ProxyErrorCode,
  type ReadErrorCode,
  readErrorCodes,
  type SchedulerErrorCode,
  type SecretErrorCode,
  type StorageErrorCode,
  type UserErrorCode
} from "./HostError.ts"
export {
  isHttpError,
  isProxyError,
  isSchedulerError,
  isSecretError,
  isStorageError,
  isUserError
} from "./HostErrors.ts"
export type {
  CreateManualInvoiceInput,
  CreateManualInvoiceResult,
  InvoicingHost,
  ManualInvoiceItemInput
} from "./Invoicing.ts"
export { IterationStopped, type IterationStoppedReason } from "./IterationStopped.ts"
export { readJson } from "./JsonBody.ts"
export { ListIncomplete } from "./ListIncomplete.ts"
export { createMockHostBindings, type HostOverrides } from "./MockHostBindings.ts"
export { type HttpFixture, type MockHttp, mockFetch, mockHttp } from "./MockHttp.ts"
export { type InvoicingFixtures, type MockInvoiceDraft, type MockInvoicing, mockInvoicing } from "./MockInvoicing.ts"
export { type EndpointFixture, mockScheduler } from "./MockScheduler.ts"
export { mockSecrets } from "./MockSecrets.ts"
export { mockStorage, type StorageFixtures } from "./MockStorage.ts"
export { type MockUiProxy, mockUiProxy, type RouteFixture } from "./MockUiProxy.ts"
export type { Page } from "./Page.ts"
export { QueryParameters } from "./QueryParameters.ts"
export { isRequestError, RequestError } from "./RequestError.ts"
export { parseRequestUrl, type RequestUrl } from "./RequestUrl.ts"
export * from "./Resources.ts"
export type { PutOptions, StorageHost, StoredBytes, StoredJson } from "./Storage.ts"
