import assert from "node:assert/strict";
import { it } from "node:test";
import { compareVersions } from "./versions.ts";

it("versions are in the order of Semantic Versioning, section 11", () => {
  const ordered = [
    ...["0.9.0", "0.10.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"],
    ...["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"],
  ];
  for (const [index, version] of ordered.entries())
    for (const [other, than] of ordered.entries())
      assert.equal(Math.sign(compareVersions(version, than)), Math.sign(index - other), `${version} ${than}`);
});
