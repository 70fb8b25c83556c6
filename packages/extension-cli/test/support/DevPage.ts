import type { Page } from "playwright-core"

/** Waits until a page of `alga-ext dev` shows its last build, and all that is in it was loaded. */
export const ready = async (page: Page): Promise<void> => {
  await page.getByText(/^Ready in/).waitFor()
  await page.waitForLoadState("load")
}

/** Makes one change that such a page, which is ready, is loaded anew for, and waits until it was. */
export const reloaded = async (page: Page, change: () => Promise<unknown>): Promise<void> => {
  const loaded = page.waitForEvent("load")
  await change()
  await loaded
  await ready(page)
}
