import { spawn } from "node:child_process"
import { Effect } from "effect"

/** The program that opens an address, and what it is given before it: `BROWSER` where that is set. */
const openers: Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Opens an address in the browser of who runs this. False where no program could be started. */
export const openBrowser = (url: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const chosen = process.env["BROWSER"]
    const [program, ...given] = chosen ? [chosen] : (openers[process.platform] ?? ["xdg-open"])
    const opener = spawn(program, [...given, url], { stdio: "ignore", detached: true })
    opener.once("spawn", () => {
      opener.unref()
      resume(Effect.succeed(true))
    })
    opener.once("error", () => resume(Effect.succeed(false)))
  })
