import type { HostSettings } from "../HostSettings.ts"

/** What a host page's document shows. */
export interface DocumentOptions {
  readonly title: string
  readonly who: string
  readonly settings: HostSettings
  /** HTML, not text. */
  readonly aside: string
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const text = (raw: string): string => raw.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter)

/** JSON that stays inside its element whatever it holds. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c")

const head = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} · development host</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/host/main.css">`

/** The document that leads to host pages, for whoever opens the server's address without a path. */
export const indexDocument = (
  pages: ReadonlyArray<{ readonly path: string; readonly title: string; readonly who: string }>
) =>
  `${head("Extensions")}
</head>
<body class="index">
<main>
<h1>Development host</h1>
<p>Open an extension’s page as one of these:</p>
<ul>
${pages.map(({ path, title, who }) => `<li><a href="${text(path)}">${text(who)}</a> <span>${text(title)}</span></li>`).join("\n")}
</ul>
</main>
</body>
</html>
`

/** The document of a host page. Its scripts and styles are files of their own, as its policy wants it. */
export const documentOf = ({ aside, settings, title, who }: DocumentOptions): string => `${head(title)}
<script id="settings" type="application/json">${json(settings)}</script>
<script type="module" src="/host/main.js"></script>
</head>
<body>
<header>
<h1 id="name">${text(title)}</h1>
<p class="who">${text(who)}</p>
<label>Theme <select id="theme"><option value="system">System</option><option value="light">Light</option><option value="dark">Dark</option></select></label>
<label><input id="theme-messages" type="checkbox"> Tell the page the theme</label>
</header>
<main><iframe id="page"></iframe></main>
${aside}</body>
</html>
`
