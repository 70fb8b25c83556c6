import type { Chapter } from "../Requirement.ts"

const host = "hostPage.browser.test.ts"

/** The page of an extension and the page around it. */
export const iframe: Chapter = {
  title: "The iframe",
  requirements: [
    {
      id: "iframe.1",
      sentence:
        "A page's `apiproxy` message is answered by an `apiproxy_response` with the handler's own body or an error.",
      proofs: [[host, /are answered with the handler's own body/]]
    },
    {
      id: "iframe.2",
      sentence: "A message without a method means POST; a GET carries no body.",
      proofs: [[host, /mean POST where an older page names no method|are refused with a body in a GET/]]
    },
    {
      id: "iframe.3",
      sentence: "The host page takes messages of its own frame and origin alone.",
      proofs: [[host, /^windows that are not the extension's page > /]]
    },
    {
      id: "iframe.4",
      sentence: "A page reaches its own extension's routes and no other's.",
      proofs: [
        [host, /lead to no other extension, route or origin|answers the session of a page about its own extension/]
      ]
    },
    {
      id: "iframe.5",
      sentence: "A page that says `ready` gets `bootstrap` with session, theme tokens and navigation.",
      proofs: [
        [host, /get a session, the theme's tokens and a place when they say that the page is ready/],
        ["samplePage.browser.test.ts", /begins where the host's address says/]
      ]
    },
    {
      id: "iframe.6",
      sentence: "A page may send `resize` and `navigate`, within bounds.",
      proofs: [[host, /set the frame's height within bounds, and the address's fragment only/]]
    },
    {
      id: "iframe.7",
      sentence: "The sample's page lists and searches clients and services and shows one of each.",
      proofs: [["samplePage.browser.test.ts", /^the sample's page > (searches|shows one record)/]]
    },
    {
      id: "iframe.8",
      sentence: "The three errors are told to a person in their own words.",
      proofs: [["samplePage.browser.test.ts", /^the three errors, as a person reads them/]]
    }
  ]
}
