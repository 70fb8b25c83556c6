import { homedir } from "node:os"
import { join } from "node:path"
import { Config, Schema } from "effect"

const Port = Schema.FiniteFromString.check(
  Schema.isInt(),
  Schema.isBetween({ minimum: 0, maximum: 65_535 }, { message: "must be 0 to 65535" })
)

/** Where the runner listens: `HOST`, default 127.0.0.1, and `PORT`, default 8080; 0 takes any free one. */
export const listen = Config.all({
  host: Config.NonEmptyString("HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Port, "PORT").pipe(Config.withDefault(8080))
})

/**
 * `BUNDLE_STORE_BASE`: the directory of the bundles. `EXT_CACHE_ROOT`: the directory of accepted components; what lies
 * there is run, so that nobody but the runner's own user may write to it. Default: in that user's home.
 */
export const directories = Config.all({
  bundles: Config.NonEmptyString("BUNDLE_STORE_BASE"),
  components: Config.NonEmptyString("EXT_CACHE_ROOT").pipe(
    Config.withDefault(join(homedir(), ".cache", "alga-extension-runner", "components"))
  )
})
