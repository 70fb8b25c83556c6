/**
 * A part of the host that a component was built without, because its code was found not to use it. Whoever uses it all the
 * same is told what to do: it could not be called, as nothing of it was linked.
 */
export const absent = (name: string, world: string): never =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error(
          `host.${name}: this component was built without alga:extension/${world}: alga-ext build --interface ${world} adds it`
        )
      }
    }
  ) as never
