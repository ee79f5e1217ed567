import assert from "node:assert/strict";
import { it } from "node:test";
import { hasEntityTag } from "./entity-tags.ts";

for (const [header, tag, has] of [
  ['"a"', '"a"', true],
  ['W/"a"', '"a"', true],
  ['"a"', 'W/"a"', true],
  ['"x", W/"a" ,"b"', '"a"', true],
  ['"a,b"', '"a,b"', true],
  ['"x, *, y"', '"a"', false],
  ['"a"', '"b"', false],
  ["*", '"a"', true],
  [" * ", '"a"', true],
  ["a", '"a"', false],
  [undefined, '"a"', false],
] as const)
  it(`if-none-match: ${header} ${has ? "has" : "has not"} the entity tag ${tag}`, () => {
    assert.equal(hasEntityTag(header, tag), has);
  });
