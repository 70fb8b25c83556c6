import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { Effect, FileSystem, Option, PlatformError } from "effect"
import { aboutSetting, settingNames } from "../src/Settings.ts"
import {
  loadSettings,
  readSettings,
  readSettingsFile,
  type SettingReading,
  type SettingsFile,
  settingsFileVariable,
  settingsReport
} from "../src/SettingsSource.ts"

const needed = { DATABASE_URL: "postgres://db/alga", RUNNER_SERVICE_TOKEN: "t", BUNDLE_STORE_BASE: "/bundles" }
const together = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither"

describe("Credentials of a bundle store", () => {
  it("are a pair or none", () => {
    const pair = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" }
    assert.deepStrictEqual(settingsReport({ ...needed, ...pair }, {}).problems, [])
    assert.deepStrictEqual(settingsReport(needed, {}).problems, [])
  })

  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("are not %s alone", (name) => {
    assert.deepStrictEqual(settingsReport({ ...needed, [name]: "x" }, {}).problems, [together])
    assert.deepStrictEqual(settingsReport(needed, { [name]: "x" }).problems, [together])
  })
})

describe("A setting", () => {
  const reading = (name: string, environment: SettingsFile, file: SettingsFile = {}): SettingReading | undefined =>
    settingsReport(environment, file).readings.find((one) => one.name === name)

  it("is shown with where it comes from", () => {
    assert.deepStrictEqual(reading("PORT", { PORT: "1" }, { PORT: "2" }), {
      name: "PORT",
      source: "environment",
      shown: "1",
      problem: null
    })
    assert.deepInclude(reading("PORT", { PORT: " " }, { PORT: "2" }), { source: "file", shown: "2" })
    assert.deepInclude(reading("PORT", {}, { PORT: "" }), { source: "default", shown: "8080" })
  })

  it("is shown with what is wrong with it", () => {
    const problem = "must be a whole number, 0 to 65535"
    assert.deepInclude(reading("PORT", { PORT: "x" }), { source: "environment", shown: "x", problem })
  })

  it("that is not set is shown as nothing, and is wrong where it must be set", () => {
    const name = "RUNNER_SERVICE_TOKEN_PREVIOUS"
    assert.deepStrictEqual(reading(name, {}), { name, source: "not set", shown: null, problem: null })
    const missing = reading("DATABASE_URL", {})
    assert.strictEqual(missing?.source, "not set")
    assert.strictEqual(missing?.problem, `is not set: ${aboutSetting("DATABASE_URL").description}`)
  })

  it("that is a secret is shown as one, right or wrong, whatever it comes from", () => {
    for (const text of ["postgres://a:b@c/d", "x"]) {
      assert.strictEqual(reading("DATABASE_URL", { DATABASE_URL: text })?.shown, "<redacted>")
      assert.strictEqual(reading("DATABASE_URL", {}, { DATABASE_URL: text })?.shown, "<redacted>")
    }
  })

  it.each([
    ["http://a:b@host/x@y", "http://<redacted>@host/x@y"],
    ["http://a@b@host", "http://<redacted>@host"],
    ["http://a:b@host http://c@host", "http://<redacted>@host http://<redacted>@host"],
    ["http://host/a:b@c", "http://host/a:b@c"],
    ["http://host?a@b", "http://host?a@b"],
    ["http://host#a@b", "http://host#a@b"],
    ["a@b", "a@b"]
  ])("that is no secret is shown without the user of an address: %s", (text, shown) => {
    assert.strictEqual(reading("HOST", { HOST: text })?.shown, shown)
  })

  it("has its value among those that are right, and is the only one that is missing where it is wrong", () => {
    const { settings, values } = settingsReport({ ...needed, PORT: "x", HOST: "h" }, {})
    assert.isNull(settings)
    assert.strictEqual(values.HOST, "h")
    assert.notProperty(values, "PORT")
    assert.isNotNull(settingsReport(needed, {}).settings)
  })

  it.each([
    ["ALGA_EXTENSION_RUNNER_SERVICE_HOSTS", true],
    ["ALGA_EXTENSION_RUNNER_SERVICE_HOST", false],
    ["ALGA_EXTENSION_RUNNER_SERVICE_PORT", false],
    ["ALGA_EXTENSION_RUNNER_SERVICE_PORT_HTTP", false],
    ["ALGA_EXTENSION_RUNNER_SERVICE_PORTAL", true],
    ["ALGA_EXTENSION_RUNNER_PORT_80_TCP", false],
    ["ALGA_EXTENSION_RUNNER_PORTAL", true],
    ["ALGA_EXTENSION_RUNNER_A_PORT", true],
    ["ALGA_EXTENSION_RUNNER_A_SERVICE_PORT", true],
    ["ALGA_EXTENSION_RUNNER_CONFIG", false],
    ["ELSEWHERE", false]
  ])("of the environment by the name %s: unknown is %s", (name, isUnknown) => {
    const said = isUnknown ? [`${name} is not a setting; \`config\` lists them all`] : []
    assert.deepStrictEqual(settingsReport({ ...needed, [name]: "x" }, {}).problems, said)
  })
})

describe("The token of callers", () => {
  const { RUNNER_SERVICE_TOKEN: _, ...others } = needed
  const problems = (check: SettingsFile) => settingsReport({ ...others, ...check }, {}).problems

  it("must be there, except where the check is off", () => {
    assert.lengthOf(problems({}), 1)
    assert.lengthOf(problems({ RUNNER_SERVICE_TOKEN_CHECK: "on" }), 1)
    assert.deepStrictEqual(problems({ RUNNER_SERVICE_TOKEN_CHECK: "off" }), [])
  })
})

describe("A settings file", () => {
  beforeEach(() => {
    for (const name of [...settingNames, settingsFileVariable]) vi.stubEnv(name, undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const missing = PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method: "readFileString" })
  const files = (texts: SettingsFile) =>
    FileSystem.makeNoop({
      readFileString: (path) => {
        const text = texts[path]
        return text === undefined ? Effect.fail(missing) : Effect.succeed(text)
      }
    })
  const among = (texts: SettingsFile) => Effect.provideService(FileSystem.FileSystem, files(texts))

  it.effect("holds texts, numbers, and on and off as booleans", () =>
    Effect.gen(function* () {
      const read = yield* readSettingsFile("/a").pipe(among({ "/a": '{"A":"x","B":1.5,"C":true,"D":false}' }))
      assert.deepStrictEqual(read, { A: "x", B: "1.5", C: "on", D: "off" })
    })
  )

  it.effect.each(["[]", '{"A":null}', '{"A":{}}', "A=1", ""])("is none with the content %s", (content) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readSettingsFile("/a").pipe(among({ "/a": content })))
      assert.strictEqual(
        error.message,
        "the settings file /a is not a JSON object whose values are texts, numbers or booleans"
      )
    })
  )

  it.effect("stops the start where it cannot be read", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(loadSettings(Option.some("/b")).pipe(among({})))
      assert.strictEqual(error.message, "the settings file /b cannot be read")
    })
  )

  it.effect("is read where it is named, and every problem is told at once", () =>
    Effect.gen(function* () {
      const broken = { "/a": '{"PORT":"x","HOST":"h","AWS_REGION":""}' }
      const { readings } = yield* readSettings(Option.some("/a")).pipe(among(broken))
      assert.deepInclude(
        readings.find(({ name }) => name === "HOST"),
        { source: "file", shown: "h" }
      )
      const error = yield* Effect.flip(loadSettings(Option.some("/a")).pipe(among(broken)))
      assert.include(error.message, "PORT must be a whole number, 0 to 65535 (from the file); ")
      assert.strictEqual(error._tag, "SettingsInvalid")

      const whole = { "/a": JSON.stringify({ ...needed, PORT: 9 }) }
      assert.strictEqual((yield* loadSettings(Option.some("/a")).pipe(among(whole))).PORT, 9)
    })
  )

  it.effect(
    "is the one that the environment names where none is named otherwise, and counts less than the environment",
    () =>
      Effect.gen(function* () {
        vi.stubEnv("ALGA_EXTENSION_RUNNER_CONFIG", "/a")
        vi.stubEnv("PORT", "7")
        const texts = {
          "/a": JSON.stringify({ ...needed, PORT: 9, HOST: "a" }),
          "/b": JSON.stringify({ ...needed, HOST: "b" })
        }
        const read = yield* loadSettings(Option.none()).pipe(among(texts))
        assert.deepStrictEqual([read.HOST, read.PORT], ["a", 7])
        assert.strictEqual((yield* loadSettings(Option.some("/b")).pipe(among(texts))).HOST, "b")
      })
  )

  it.effect("is none where none is named", () =>
    Effect.gen(function* () {
      const { readings } = yield* readSettings(Option.none()).pipe(among({}))
      assert.strictEqual(readings.length, settingNames.length)
      assert.notInclude(
        readings.map(({ source }) => source),
        "file"
      )
    })
  )
})
