import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { divideCores } from "./machine.ts";

describe("the processors", () => {
  it("separate a server from its callers, and give two workers one each, if there are three", () => {
    assert.deepEqual(divideCores([0, 1, 2]), {
      server: [2],
      servers: [1, 2],
      client: [0],
      isRoomForTwoWorkers: true,
    });
  });

  it("are shared by two workers and their callers if there are two, and the result says so", () => {
    assert.deepEqual(divideCores([4, 7]), {
      server: [7],
      servers: [4, 7],
      client: [4],
      isRoomForTwoWorkers: false,
    });
  });

  it("are assigned by the system if there is one, or if processes cannot be pinned", () => {
    for (const allowed of [[0], []]) assert.equal(divideCores(allowed).server, undefined);
  });
});
