import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { ByteSize, Effect, FileSystem, Option, PlatformError, Redacted } from "effect"
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

const needed = {
  DATABASE_URL: "postgres://db/alga",
  RUNNER_SERVICE_TOKEN: "t".repeat(16),
  BUNDLE_STORE_BASE: "/bundles"
}
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

describe("The ports of a runner", () => {
  const problems = (ports: SettingsFile) => settingsReport({ ...needed, ...ports }, {}).problems

  it("are not the same, but for any free one", () => {
    const [pages, health] = ["ALGA_EXTENSION_RUNNER_UI_PORT", "ALGA_EXTENSION_RUNNER_HEALTH_PORT"]
    assert.deepStrictEqual(problems({ [pages]: "8081", [health]: "9090" }), [])
    assert.deepStrictEqual(problems({ PORT: "0", [pages]: "0", [health]: "0" }), [])
    assert.deepStrictEqual(problems({ [health]: "8080" }), [
      `${health} is 8080, and so is PORT: give each a port of its own`
    ])
    assert.deepStrictEqual(problems({ [pages]: "9090", [health]: "9090" }), [
      `${health} is 9090, and so is ${pages}: give each a port of its own`
    ])
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

  it("of the database's address is its URL, or its parts, and not both where they differ", () => {
    const { DATABASE_URL: _, ...others } = needed
    const problems = (more: SettingsFile) => settingsReport({ ...others, ...more }, {}).problems
    assert.deepStrictEqual(problems({ DATABASE_HOST: "db" }), [])
    assert.deepStrictEqual(problems({ DATABASE_NAME: "alga" }), [
      `DATABASE_URL is not set: ${aboutSetting("DATABASE_URL").description}`,
      "DATABASE_NAME is set without a server: set DATABASE_HOST or DATABASE_URL too"
    ])
    assert.deepStrictEqual(problems({ DATABASE_URL: "postgres://db/alga", DATABASE_HOST: "other" }), [
      "DATABASE_URL and DATABASE_HOST contradict each other: remove one of them"
    ])
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
    assert.strictEqual(reading("DATABASE_NAME", { DATABASE_NAME: text })?.shown, shown)
  })

  it.each(["app:hush@db", "postgres://app:hu/sh@db/alga", "//app:hush@db", "db,app:hush@db"])(
    "that names the host of a database holds no login, and shows none: %s",
    (text) => {
      const problem = "must be a name, an address, or the directory of a socket"
      assert.deepInclude(reading("DATABASE_HOST", { DATABASE_HOST: text }), { shown: "<redacted>", problem })
    }
  )

  it.each(["db", "127.0.0.1,::1", "/run/postgresql", "@run/pg"])("may name the host of a database as %s", (text) => {
    assert.deepInclude(reading("DATABASE_HOST", { DATABASE_HOST: text }), { shown: text, problem: null })
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
    ["ELSEWHERE", false],
    ["A_RUNNER_FILE", false]
  ])("of the environment by the name %s: unknown is %s", (name, isUnknown) => {
    const said = isUnknown ? [`${name} is not a setting; \`config\` lists them all`] : []
    assert.deepStrictEqual(settingsReport({ ...needed, [name]: "x" }, {}).problems, said)
  })
})

describe("What Kubernetes says of services", () => {
  const service = {
    ALGA_EXTENSION_RUNNER_METRICS_SERVICE_HOST: "10.0.0.1",
    ALGA_EXTENSION_RUNNER_METRICS_SERVICE_PORT: "80",
    ALGA_EXTENSION_RUNNER_METRICS_SERVICE_PORT_HTTP: "80",
    ALGA_EXTENSION_RUNNER_METRICS_PORT: "tcp://10.0.0.1:80",
    ALGA_EXTENSION_RUNNER_METRICS_PORT_80_TCP: "tcp://[fd00::1]:80",
    ALGA_EXTENSION_RUNNER_METRICS_PORT_80_TCP_PROTO: "tcp",
    ALGA_EXTENSION_RUNNER_METRICS_PORT_80_TCP_PORT: "80",
    ALGA_EXTENSION_RUNNER_METRICS_PORT_80_TCP_ADDR: "fd00::1",
    ALGA_EXTENSION_RUNNER_CLUSTER_PORT: "tcp://10.0.0.1:34431",
    ALGA_EXTENSION_RUNNER_UI_PORT: "tcp://10.0.0.1:81",
    DATABASE_PORT: "tcp://10.0.0.2:5432",
    DATABASE_SERVICE_HOST: "10.0.0.2",
    RUNNER_PORT: "tcp://10.0.0.3:80"
  }

  it("is taken for no setting, whatever the services are called", () => {
    const { problems, settings, warnings } = settingsReport({ ...needed, ...service }, {})
    assert.deepStrictEqual([problems, warnings], [[], []])
    assert.strictEqual(settings?.ALGA_EXTENSION_RUNNER_CLUSTER_PORT, 34_431)
    assert.isUndefined(settings?.ALGA_EXTENSION_RUNNER_UI_PORT)
  })

  it.each([
    ["ALGA_EXTENSION_RUNNER_CLUSTRE_PORT", "34431"],
    ["ALGA_EXTENSION_RUNNER_METRICS_SERVICE_HOST", "a name"]
  ])("looks as Kubernetes writes it: %s=%s does not", (name, value) => {
    assert.lengthOf(settingsReport({ ...needed, [name]: value }, {}).problems, 1)
  })
})

describe("A name in the settings file", () => {
  it("is that of a file of a secret where it ends so, and else is unknown", () => {
    const problems = (name: string) => settingsReport(needed, { [name]: "x" }).problems
    assert.deepStrictEqual(problems("RUNNER_SERVICE_TOKEN_FILE"), [])
    for (const name of ["RUNNER_FILE_SERVICE_TOKEN", "DATABASE_NAME_FILE"]) {
      assert.deepStrictEqual(problems(name), [`${name} is not a setting; \`config\` lists them all`])
    }
  })
})

describe("A variable that looks like a setting", () => {
  it("is warned of where a service of the runner's name would have it, and it is not as Kubernetes writes it", () => {
    const warned = (name: string, value: string) => settingsReport({ ...needed, [name]: value }, {})
    const port = warned("ALGA_EXTENSION_RUNNER_PORT", "8080")
    assert.deepStrictEqual(
      [port.problems, port.warnings],
      [[], ["ALGA_EXTENSION_RUNNER_PORT is set and is not a setting: PORT is; `config` lists them all"]]
    )
    assert.lengthOf(warned("ALGA_EXTENSION_RUNNER_SERVICE_HOST", "a name").warnings, 1)
    assert.deepStrictEqual(warned("ALGA_EXTENSION_RUNNER_PORT", "tcp://10.0.0.1:80").warnings, [])
    assert.deepStrictEqual(warned("ALGA_EXTENSION_RUNNER_SERVICE_PORT", "80").warnings, [])
  })

  it("is warned of, and does not stop the start", () => {
    const { problems, warnings } = settingsReport(
      {
        ...needed,
        DATABASE_MAX_CONECTIONS: "3",
        RUNNER_OS: "Linux",
        IDEMPOTENCY_WINDOWS: "1 day",
        DATABASE_ADMIN_URL: "x",
        DATABASE_READER_PASSWORD_FILE: "x",
        DATABASE_USER_FILE: "x",
        MY_DATABASE_HOST: "x",
        PATH: "/bin"
      },
      {}
    )
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(
      warnings,
      ["DATABASE_MAX_CONECTIONS", "RUNNER_OS", "IDEMPOTENCY_WINDOWS", "DATABASE_USER_FILE"].map(
        (name) => `${name} is set and is not a setting; \`config\` lists them all`
      )
    )
  })

  it("is warned of where it is one of OpenTelemetry's that has no effect, in the environment or the file", () => {
    const sent = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_EXPORTER_OTLP_HEADERS_FILE: "/headers",
      OTEL_BSP_SCHEDULE_DELAY: "5000"
    }
    const said = ["OTEL_BSP_SCHEDULE_DELAY is set and has no effect here"]
    assert.deepStrictEqual(settingsReport({ ...needed, ...sent }, {}).warnings, said)
    assert.deepStrictEqual(settingsReport(needed, sent).warnings, said)
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

describe("The token of who reads access records", () => {
  const token = { ALGA_EXTENSION_RUNNER_ACCESS_TOKEN: "a".repeat(16) }
  const said = "ALGA_EXTENSION_RUNNER_ACCESS_TOKEN is set without DATABASE_ACCESS_READER_URL: set both or neither"
  const problems = (more: SettingsFile) => settingsReport({ ...needed, ...more }, {}).problems

  it("belongs with the address of their reader, as a URL or in parts", () => {
    assert.deepStrictEqual(problems(token), [said])
    assert.deepStrictEqual(problems({ ...token, DATABASE_ACCESS_READER_URL: "postgres://db/alga" }), [])
    assert.deepStrictEqual(problems({ ...token, DATABASE_ACCESS_READER_HOST: "db" }), [])
  })
})

describe("A size that the container does not have", () => {
  const memory = (memoryMb: number) => ({ memoryMb, memoryFrom: "machine", processors: 2, pids: null }) as const
  const report = (size: string, container: Parameters<typeof settingsReport>[3]) =>
    settingsReport(
      { ...needed, EXT_CACHE_ROOT: "/nowhere", ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB: size },
      {},
      undefined,
      container
    )

  it("is a problem where it alone is more, a warning where all together are, and nothing where no container is known", () => {
    const { problems } = report("2049", memory(2_048))
    assert.deepStrictEqual(problems, [
      "ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB is 2049 MiB, and the machine has 2048 MiB: set less, or give it more"
    ])
    const tight = report("2048", memory(2_048))
    assert.deepStrictEqual(tight.problems, [])
    assert.lengthOf(tight.warnings, 1)
    assert.match(tight.warnings[0] ?? "", /all parts together may take/)
    const unknown = report("2049", null)
    assert.deepStrictEqual([unknown.problems, unknown.warnings], [[], []])
  })
})

describe("The token of callers in a file that cannot be read", () => {
  it.effect("is told of once", () =>
    Effect.gen(function* () {
      for (const name of settingNames) vi.stubEnv(name, undefined)
      const { RUNNER_SERVICE_TOKEN: _, ...others } = needed
      for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value)
      vi.stubEnv("RUNNER_SERVICE_TOKEN_FILE", "/nowhere")
      const absent = PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method: "stat" })
      const none = FileSystem.makeNoop({ stat: () => Effect.fail(absent), readFileString: () => Effect.fail(absent) })
      const { problems } = yield* readSettings(Option.none()).pipe(Effect.provideService(FileSystem.FileSystem, none))
      assert.deepStrictEqual(problems, ["RUNNER_SERVICE_TOKEN_FILE names a file that is not there, or cannot be read"])
      vi.unstubAllEnvs()
    })
  )
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
      stat: (path) => {
        const text = texts[path]
        return text === undefined
          ? Effect.fail(missing)
          : Effect.succeed({ type: "File", size: ByteSize.bytes(text.length) } as FileSystem.File.Info)
      },
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

  it.effect("holds a boolean of a setting that is true or false, as of one that is on or off", () =>
    Effect.gen(function* () {
      const text = '{"OTEL_SDK_DISABLED":true,"ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT":true}'
      const { problems, values } = settingsReport(needed, yield* readSettingsFile("/a").pipe(among({ "/a": text })))
      assert.deepStrictEqual(problems, [])
      assert.deepInclude(values, { OTEL_SDK_DISABLED: "true", ALGA_EXTENSION_RUNNER_HTTP_REUSE_PORT: "on" })
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

  it.effect("may name the files of secrets, as the environment may", () =>
    Effect.gen(function* () {
      const texts = {
        "/run/url": "postgres://reader:hush@db/alga\n",
        "/run/token": "a-token-in-a-file\r\n",
        "/run/other": "another-token-0123",
        "/a": JSON.stringify({
          ...needed,
          DATABASE_URL: "",
          DATABASE_URL_FILE: "/run/url",
          RUNNER_SERVICE_TOKEN: "x".repeat(16)
        })
      }
      vi.stubEnv("RUNNER_SERVICE_TOKEN_FILE", "/run/token")
      const { problems, readings, settings } = yield* readSettings(Option.some("/a")).pipe(among(texts))
      assert.deepStrictEqual(problems, [])
      assert.strictEqual(
        settings?.RUNNER_SERVICE_TOKEN && Redacted.value(settings.RUNNER_SERVICE_TOKEN),
        "a-token-in-a-file"
      )
      assert.strictEqual(
        settings?.DATABASE_URL && Redacted.value(settings.DATABASE_URL),
        "postgres://reader:hush@db/alga"
      )
      for (const name of ["DATABASE_URL", "RUNNER_SERVICE_TOKEN"]) {
        assert.deepInclude(
          readings.find((one) => one.name === name),
          { source: "secret file", shown: "<redacted>" }
        )
      }
      vi.stubEnv("RUNNER_SERVICE_TOKEN_FILE", undefined)
      vi.stubEnv("RUNNER_SERVICE_TOKEN", "in-the-environment")
      const read = yield* loadSettings(Option.some("/a")).pipe(among(texts))
      assert.strictEqual(read.RUNNER_SERVICE_TOKEN && Redacted.value(read.RUNNER_SERVICE_TOKEN), "in-the-environment")
    })
  )

  it.effect("and the environment name no file of a secret that is missing, empty, too large or there twice", () =>
    Effect.gen(function* () {
      const file = JSON.stringify({ ...needed, DATABASE_URL: "" })
      const texts = { "/a": file, "/empty": "\n", "/large": "x".repeat(65_537), "/url": "postgres://db/alga" }
      const told = (path: string, more = "") =>
        Effect.gen(function* () {
          vi.stubEnv("DATABASE_URL_FILE", path)
          vi.stubEnv("DATABASE_URL", more)
          return (yield* readSettings(Option.some("/a")).pipe(among(texts))).problems
        })
      assert.deepStrictEqual(yield* told("/hush"), [
        "DATABASE_URL_FILE names a file that is not there, or cannot be read"
      ])
      assert.deepStrictEqual(yield* told("/empty"), ["DATABASE_URL_FILE names a file that is empty"])
      assert.deepStrictEqual(yield* told("/large"), ["DATABASE_URL_FILE must name a file of at most 65536 bytes"])
      assert.deepStrictEqual(yield* told("/url", "postgres://db/alga"), [
        "DATABASE_URL and DATABASE_URL_FILE are both set: remove one"
      ])
      assert.deepStrictEqual(yield* told("/url"), [])

      const reading = (path: string, more = "") =>
        Effect.gen(function* () {
          yield* told(path, more)
          const { readings } = yield* readSettings(Option.some("/a")).pipe(among(texts))
          return readings.find(({ name }) => name === "DATABASE_URL")
        })
      const unread = { name: "DATABASE_URL", source: "secret file", shown: null } as const
      const absent = "_FILE names a file that is not there, or cannot be read"
      assert.deepStrictEqual(yield* reading("/hush"), { ...unread, problem: absent })
      const twice = "and DATABASE_URL_FILE are both set: remove one"
      assert.deepStrictEqual(yield* reading("/url", "postgres://db/alga"), { ...unread, problem: twice })
    })
  )
})
