/** A UUID that begins with this digit, eight times. */
export const uuid = (digit: number): string => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`
