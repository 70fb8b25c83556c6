/** One line of a manual invoice. */
export interface ManualInvoiceItemInput {
  readonly serviceId: string
  readonly quantity: number
  readonly description: string
  /** Minor currency units (cents). */
  readonly rate: number
  readonly isDiscount?: boolean | null | undefined
  readonly discountType?: "percentage" | "fixed" | null | undefined
  readonly appliesToItemId?: string | null | undefined
  readonly appliesToServiceId?: string | null | undefined
}

/** What a manual invoice is to be. Dates are ISO 8601. */
export interface CreateManualInvoiceInput {
  readonly clientId: string
  readonly items: ReadonlyArray<ManualInvoiceItemInput>
  readonly invoiceDate?: string | null | undefined
  readonly dueDate?: string | null | undefined
  readonly poNumber?: string | null | undefined
}

/** The outcome of a manual invoice. Amounts are in minor currency units; where `success` is false none was made. */
export interface CreateManualInvoiceResult {
  readonly success: boolean
  readonly invoiceId: string | null
  readonly invoiceNumber: string | null
  readonly status: string | null
  readonly subtotal: number | null
  readonly tax: number | null
  readonly total: number | null
  readonly error: string | null
  /** Messages by the name of the field that was wrong. */
  readonly fieldErrors: Readonly<Record<string, string>> | null
}

/** Manual invoices for the tenant's clients. Needs `cap:invoice.manual.create`. */
export interface InvoicingHost {
  /** Makes one invoice. A refusal is a result with `success: false` and an error text, not a rejection. */
  createManualInvoice(input: CreateManualInvoiceInput): Promise<CreateManualInvoiceResult>
}
