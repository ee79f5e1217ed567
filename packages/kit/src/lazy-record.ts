/**
 * Makes a record whose values are looked up when they are read. A list of routes is one: a record of hundreds
 * of functions would be a tenth of each cold start.
 *
 * @param find gives a key's value, or `undefined` if there is no such key.
 */
export function lazyRecord<Value>(
  find: (key: string) => Value | undefined,
  keys: () => readonly string[],
): Readonly<Record<string, Value>> {
  const lookUp = (key: string | symbol) => (typeof key === "string" ? find(key) : undefined);
  return new Proxy<Record<string, Value>>(
    {},
    {
      get: (_, key) => lookUp(key),
      has: (_, key) => lookUp(key) !== undefined,
      ownKeys: () => [...keys()],
      getOwnPropertyDescriptor(_, key) {
        const value = lookUp(key);
        return value === undefined ? undefined : { value, enumerable: true, configurable: true };
      },
      defineProperty: () => false,
      deleteProperty: () => false,
    },
  );
}
