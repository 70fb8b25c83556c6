/** How a command is proved that pages show, where it does not run as it is written. */
export interface CommandRule {
  /** The whole line, without the remark behind it. */
  readonly line: RegExp
  readonly proof:
    | "`.ci/run` runs it"
    | "a guide runs it"
    | "it is started, asked and stopped"
    | "a shorter form of it runs"
    | "it does not run"
  /** The shorter form, or the form that takes any free port. */
  readonly as?: (line: string) => string
  /** Why it does not run as it is written. */
  readonly why: string
}

const pnpm = "npx --yes pnpm@12"

const shortBench = (line: string): string => {
  const [, name = ""] = / bench ([a-z-]+)/.exec(line) ?? []
  return `${pnpm} bench ${name} --scale 0.0001 --budget 1`
}

/** The commands that do not run as they are written. Every other command that a page shows does. */
const commandRules: ReadonlyArray<CommandRule> = [
  {
    line: /^npx --yes pnpm@12 (lint|typecheck|test|test:postgres|docs:build|release:check)$/,
    proof: "`.ci/run` runs it",
    why: "once is enough"
  },
  {
    line: /^npx --yes pnpm@12 docs:api$/,
    proof: "`.ci/run` runs it",
    as: () => `${pnpm} docs:build`,
    why: "the site has the same reference, of the same sources by the same rules, as Markdown"
  },
  {
    line: /^npx --yes pnpm@12 test:quick$/,
    proof: "`.ci/run` runs it",
    as: () => `${pnpm} test`,
    why: "it asks Git what has changed, which a copy does not know; the types, lint and tests that it runs are run whole"
  },
  {
    line: /^FUZZ_(SECONDS|SEED)=.* npx --yes pnpm@12 test \S+$/,
    proof: "`.ci/run` runs it",
    as: () => `${pnpm} test`,
    why: "the whole test command runs that file, for less long"
  },
  {
    line: /^npm (install|test|run (typecheck|build|pack))$/,
    proof: "a guide runs it",
    why: "it takes the packages as they are published, which the guides' test packs"
  },
  {
    line: /^npx --yes pnpm@12 demo$/,
    proof: "it is started, asked and stopped",
    as: (line) => `${line} --port 0`,
    why: "it stays up"
  },
  {
    line: /^(npx alga-ext dev|npm run dev)$/,
    proof: "it is started, asked and stopped",
    as: () => "npm run dev -- --port 0",
    why: "it stays up; the one is the other's script"
  },
  {
    line: /^node packages\/runner\/src\/main\.ts serve$/,
    proof: "it is started, asked and stopped",
    as: (line) => `PORT=0 ${line}`,
    why: "it stays up"
  },
  {
    line: /^npx --yes pnpm@12 coverage( packages\/domain)?$/,
    proof: "`.ci/run` runs it",
    as: () => `${pnpm} coverage packages/domain`,
    why: "it runs all tests, and of one package it is the same"
  },
  {
    line: /^npx --yes pnpm@12 mutation( --write)?$/,
    proof: "a shorter form of it runs",
    as: () => `${pnpm} mutation --write runner/src/internal/refusals.ts`,
    why: "it takes minutes"
  },
  {
    line: /^npx --yes pnpm@12 changeset$/,
    proof: "a shorter form of it runs",
    as: (line) => `${line} --empty`,
    why: "it asks questions"
  },
  {
    line: /^npx --yes pnpm@12 release:version$/,
    proof: "a shorter form of it runs",
    as: (line) => `printf '%s\\n' --- '"@alga-psa/ext-domain": minor' --- '' 'A port.' >.changeset/one.md && ${line}`,
    why: "it needs a note, and a release leaves none"
  },
  {
    line: /^npx --yes pnpm@12 bench growth( |$)/,
    proof: "a shorter form of it runs",
    as: shortBench,
    why: "it takes minutes"
  },
  {
    line: /^npx --yes pnpm@12 soak \d+$/,
    proof: "it does not run",
    why: "it takes an hour, and `bench/test/flat.test.ts` judges what it looks at: in a shorter one memory still rises"
  },
  {
    line: /^(TEST_DATABASE_URL=\S+ )?npx --yes pnpm@12 bench postgres( |$)/,
    proof: "it does not run",
    why: "it starts as `bench growth` does, and `bench/test/postgres.integration.test.ts` runs it"
  },
  {
    line: /^npx --yes pnpm@12 bench [a-z-]+( |$)/,
    proof: "it does not run",
    why: "its shortest form takes half a minute; its name and options are looked up, and the tables that it prints"
  },
  {
    line: /^node packages\/adapters-wit\/scripts\/soak\.ts$/,
    proof: "it does not run",
    why: "it takes minutes; `soak.e2e.test.ts` does the same for less long"
  },
  {
    line: /^node packages\/development-host\/scripts\/prepare\.ts$/,
    proof: "it does not run",
    why: "`checks/test/compose.integration.test.ts` runs it twice, with the settings of the compose file"
  },
  {
    line: /^npx --yes pnpm@12 docs:dev$/,
    proof: "it does not run",
    why: "it stays up; `docs:build` makes the same pages"
  },
  {
    line: /^pg_(dump|restore) --/,
    proof: "it does not run",
    why: "they come with a server of their version, and not with the workspace; `restoredTriggers.integration.test.ts` restores the tables"
  },
  {
    line: /^npx --yes pnpm@12 (sdk:resources|test checks\/test\/surface --update)$/,
    proof: "it does not run",
    why: "a test makes the same files in the same way, and compares them with those that are kept"
  }
]

/** The rule of a line, where it has one. */
export const ruleOf = (line: string): CommandRule | undefined => commandRules.find((rule) => rule.line.test(line))
