import { isAssigned } from "./unassigned.ts"

// RFC 3454's tables, by their names there. A character that is a blank of C.1.2 and nothing of B.1 is a blank, as PostgreSQL has it.
const blanks = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
const nothing = /[\u180b-\u180d]|[\ufe00-\ufe0f]|\u034f|\u200d|[\u00ad\u1806\u200c\u2060\ufeff]/gu
const prohibited = new RegExp(
  [
    "[\\u0000-\\u001f\\u007f-\\u009f\\u06dd\\u070f\\u180e\\u2028\\u2029\\u2060-\\u2063\\u206a-\\u206f\\ufeff\\ufff9-\\uffff",
    "\\u{1d173}-\\u{1d17a}\\ue000-\\uf8ff\\u{f0000}-\\u{10ffff}\\ufdd0-\\ufdef\\u2ff0-\\u2ffb\\u0340\\u0341\\u200e\\u200f",
    "\\u202a-\\u202e\\u{e0001}\\u{e0020}-\\u{e007f}\\ud800-\\udfff]"
  ].join(""),
  "u"
)
const rightToLeft =
  "\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40\ufb41\ufb43\ufb44\ufb46-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfc\ufe70-\ufe74\ufe76-\ufefc"
const goesLeft = new RegExp(`[${rightToLeft}]`, "u")
const allLeft = new RegExp(`^[${rightToLeft}](.*[${rightToLeft}])?$`, "su")
const goesRight = new RegExp(`(?![${rightToLeft}])\\p{L}`, "u")

const mixesDirections = (text: string) => goesLeft.test(text) && (!allLeft.test(text) || goesRight.test(text))

/**
 * A password as SCRAM takes it (SASLprep, RFC 4013). One that SASLprep does not allow stays as it is, as in PostgreSQL and
 * libpq.
 */
export const saslPrep = (password: string): string => {
  if (/^[\x20-\x7e]*$/.test(password)) return password
  const prepared = password.replace(blanks, " ").replace(nothing, "").normalize("NFKC")
  const isAllowed = prepared !== "" && !prohibited.test(prepared) && isAssigned(prepared) && !mixesDirections(prepared)
  return isAllowed ? prepared : password
}
