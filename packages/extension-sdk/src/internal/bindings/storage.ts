/// <reference path="../world.d.ts" />
import { get, listEntries, put, delete as remove } from "alga:extension/storage"
import type { StorageHost } from "../../Storage.ts"
import { storageOver } from "../storageOver.ts"

/** `host.storage` over the world. */
export const binding: StorageHost = storageOver({ get, put, remove, listEntries })
