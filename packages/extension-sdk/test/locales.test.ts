import { describe, expect, it } from "vitest"
import { collator } from "../src/Collator.ts"
import { type DateFormat, formatDate } from "../src/FormatDate.ts"
import { formatMoney } from "../src/FormatMoney.ts"

const european =
  "en-US de-DE de-AT de-CH fr-FR fr-CH es-ES es-MX pt-BR pt-PT pl-PL it-IT nl-NL sv-SE da-DK cs-CZ hu-HU tr-TR"
const others =
  "ru-RU uk-UA el-GR hi-IN en-IN ar-EG fa-IR he-IL th-TH bn-BD ja-JP ko-KR zh-CN zh-TW ca-ES lt-LT hr-HR vi-VN"
const locales = `${european} ${others}`.split(" ")
const currencies = ["USD", "EUR", "GBP", "JPY", "KWD", "CHF", "INR", "CLP", "HUF", "MXN", "XYZ"]
const amounts = [0, 5, 99, 12_345, 123_456, 1_234_567, 123_456_789_012, -1, -12_345, -123_456_789]

describe("formatMoney", () => {
  it.each(locales)("writes as Intl does in %s", (locale) => {
    for (const currency of currencies) {
      const format = new Intl.NumberFormat(locale, { style: "currency", currency })
      const places = format.resolvedOptions().maximumFractionDigits ?? 2
      const written = amounts.map((amount) => formatMoney(amount, currency, locale))
      expect(written).toEqual(amounts.map((amount) => format.format(amount / 10 ** places)))
    }
  })

  it("rounds half a minor unit away from zero, takes a currency in any case, and adds no error of its own", () => {
    expect([12.5, -12.5, 12.4].map((amount) => formatMoney(amount, "usd", "en-US"))).toEqual([
      "$0.13",
      "-$0.13",
      "$0.12"
    ])
    expect(formatMoney(Number.MAX_SAFE_INTEGER, "USD", "en-US")).toBe("$90,071,992,547,409.91")
  })

  it.each([
    [Number.NaN, "USD"],
    [2 ** 53, "USD"],
    [1, "dollar"]
  ])("refuses %s %s", (amount, currency) => {
    expect(() => formatMoney(amount, currency, "en-US")).toThrow(RangeError)
  })
})

describe("formatDate", () => {
  const formats: ReadonlyArray<DateFormat> = (["short", "medium", "long", "full"] as const).flatMap((date) => [
    { date },
    { date, time: "short" },
    { date, time: "medium" }
  ])

  const moments = Array.from({ length: 36 }, (_, at) =>
    Date.UTC(1990 + at, at % 12, 1 + ((at * 7) % 28), (at * 5) % 24, at, 59 - at)
  )

  it.each(locales)("writes as Intl does in %s", (locale) => {
    for (const format of [...formats, { time: "short" } as const, { time: "medium" } as const]) {
      const { date: dateStyle, time: timeStyle } = format
      const styles = { ...(dateStyle && { dateStyle }), ...(timeStyle && { timeStyle }) }
      const intl = new Intl.DateTimeFormat(locale, { ...styles, timeZone: "UTC", calendar: "gregory" })
      expect(moments.map((moment) => formatDate(moment, locale, format))).toEqual(moments.map(intl.format))
    }
  })

  it("takes a text and a Date, and refuses what is none", () => {
    expect(formatDate("2026-03-01", "en-US")).toBe("Mar 1, 2026")
    expect(formatDate(new Date("2026-03-01T23:59:59.999Z"), "de-DE", { date: "short" })).toBe("01.03.26")
    for (const none of ["soon", Number.NaN, Date.UTC(-1, 0)])
      expect(() => formatDate(none, "en-US")).toThrow(RangeError)
  })
})

describe("collator", () => {
  const names =
    "Ärzte Arzt arzt Zorn Öl Ole ähnlich Äpfel apfel Straße Strasse strass Chlor Cihla Hotel chata Dzban Łask Lask"
  const more =
    "Zürich zurich Åse Aase Asa Ørsted Østen Ordu Øl résumé resume Resume naïve Naive Ærø Aero İzmir ılgaz Iğdır ñandú nandu"
  const odd =
    "A-1|A 1|A1|a_1|A&B|10|9|100|(x)|€5|Абв|абв|Ёж|Ежи|αβγ|Αβγ|Άλφα|co-op|coop|CO-OP|ljeto|Lopta|džep|drvo|csalad|cukor"
  const words = [...`${names} ${more}`.split(" "), ...odd.split("|")]

  it.each(
    "en-US de-DE fr-FR es-ES pl-PL sv-SE da-DK nb-NO fi-FI cs-CZ sk-SK hu-HU hr-HR tr-TR lt-LT ru-RU el-GR nl-NL".split(
      " "
    )
  )("orders as Intl does in %s", (locale) => {
    const [compare, intl] = [collator(locale), new Intl.Collator(locale).compare]
    for (const a of words) {
      expect([a, ...words.map((b) => compare(a, b))]).toEqual([a, ...words.map((b) => Math.sign(intl(a, b)))])
    }
  })

  it("orders letters of the locale's own script", () => {
    for (const [locale, texts] of [
      ["ja-JP", ["東京", "大阪", "アジア", "あさひ", "カメラ", "京都"]],
      ["zh-CN", ["上海", "北京", "广州", "安徽", "天津"]],
      ["he-IL", ["שלום", "אבא", "בית"]],
      ["ko-KR", ["서울", "부산", "가나"]]
    ] as const) {
      expect(texts.toSorted(collator(locale))).toEqual(texts.toSorted(new Intl.Collator(locale).compare))
    }
  })
})
