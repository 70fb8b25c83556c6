/** Who can look at the page. */
export const viewerNames = ["admin", "without-permission", "portal", "nobody"] as const

/** One of them. */
export type ViewerName = (typeof viewerNames)[number]
