import { forEachInterface } from "@alga-psa/ext-domain"
import type { SchemaAST } from "effect"
import { type InterfaceName, packageName } from "../../KnownWorld.ts"
import { type ReadValue, valueReader } from "../host/valueType.ts"
import { contextArguments } from "./context.ts"
import { httpArguments } from "./http.ts"
import { invoicingArguments } from "./invoicing.ts"
import { loggingArguments } from "./logging.ts"
import { operationsArguments } from "./resource.ts"
import { schedulerArguments } from "./scheduler.ts"
import { secretsArguments } from "./secrets.ts"
import { storageArguments } from "./storage.ts"
import { uiProxyArguments } from "./uiProxy.ts"
import { userArguments } from "./user.ts"

type Functions = Readonly<Record<string, { readonly ast: SchemaAST.AST }>>

/** The arguments of every function of the world, by interface and by name in camelCase. */
export const worldArguments: Readonly<Record<InterfaceName, Functions>> = {
  context: contextArguments,
  secrets: secretsArguments,
  http: httpArguments,
  storage: storageArguments,
  logging: loggingArguments,
  "ui-proxy": uiProxyArguments,
  user: userArguments,
  "user-v2": userArguments,
  scheduler: schedulerArguments,
  invoicing: invoicingArguments,
  ...forEachInterface(operationsArguments)
}

const readers: ReadonlyMap<string, ReadonlyMap<string, ReadValue>> = new Map(
  Object.entries(worldArguments).map(([name, functions]) => [
    `${packageName}/${name}`,
    new Map(Object.entries(functions).map(([member, schema]) => [member, valueReader(schema)]))
  ])
)

/** Reads the arguments of a function, by the import name of its interface; undefined where the world has no such function. */
export const readArguments = (name: string, member: string): ReadValue | undefined => readers.get(name)?.get(member)
