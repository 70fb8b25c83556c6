import type { DataSourceError, InstallUnavailable } from "@alga-psa/ext-domain"
import { fail, type RunnerError } from "../RunnerError.ts"

const codes = {
  unknown: "unknown_install",
  disabled: "install_disabled",
  "tenant-suspended": "tenant_suspended"
} as const

/** What a caller is told of an install that cannot be used. */
export const ofInstall = ({ reason }: InstallUnavailable): RunnerError => fail(codes[reason])

/** What a caller is told where rights could not be read. */
export const ofData = (error: DataSourceError): RunnerError =>
  fail(error.retryable ? "data_unavailable" : "internal", "", error)
