/** The guides of `docs/guides` that an author follows by typing, from an empty folder to an extension. */
export const authorsGuides: ReadonlyArray<string> = [
  "move-from-http-calls.md",
  "read-clients-and-services.md",
  "test-without-a-host.md",
  "what-an-update-asks-for.md",
  "what-you-may-not-do.md",
  "write-a-page.md"
]
