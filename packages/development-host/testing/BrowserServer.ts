import { type BrowserServer, chromium } from "playwright-core"
import { browserBinary } from "./BrowserBinary.ts"

/**
 * Starts a browser without a window, for whoever connects to its address. It tries the system's shared libraries first and
 * those of the package where the system lacks one. It runs without the browser's own sandbox, which a container does not
 * allow: it opens pages of these tests only.
 */
export const startBrowser = async (): Promise<BrowserServer> => {
  const { libraries, path } = await browserBinary()
  const start = (env: NodeJS.ProcessEnv) =>
    chromium.launchServer({
      executablePath: path,
      args: ["--no-sandbox", "--font-render-hinting=none"],
      env: Object.fromEntries(Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined))
    })
  try {
    return await start(process.env)
  } catch (error) {
    if (libraries === null || !String(error).includes("shared libraries")) throw error
    return start({ ...process.env, LD_LIBRARY_PATH: libraries })
  }
}
