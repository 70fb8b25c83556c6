import { aboutSetting, settingNames } from "@alga-psa/ext-runner/Settings"
import { table } from "./Table.ts"

/** The page of all settings of the runner. */
export const settingsPage = (): string => {
  const rows = settingNames.map((name) => {
    const { description, fallback, fallbackIs, range, required, secret, unit, unless } = aboutSetting(name)
    const value = required
      ? `must be set${unless === null ? "" : `, or \`${unless}\``}`
      : (fallbackIs ?? fallback ?? "not set")
    return [
      `\`${name}\``,
      description,
      [unit, range].filter((text) => text !== "").join(", "),
      secret ? `${value}; secret` : value
    ]
  })
  return `# Every setting\n\nOf the runner, by their names in the environment and in the file of \`--config\`.\n\n${table(
    ["name", "for", "unit", "default"],
    rows
  )}\n`
}
