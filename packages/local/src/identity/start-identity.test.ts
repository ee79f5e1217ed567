import assert from "node:assert/strict";
import { test } from "node:test";
import { PlainError } from "../command.ts";
import { startIdentity } from "./start-identity.ts";

test("if the emulator is not installed, the message says how to install it", async () => {
  const nowhere = new URL("file:///no/such/folder/");
  await assert.rejects(startIdentity("firebase-emulator", [], { emulator: nowhere }), (error) => {
    assert.ok(error instanceof PlainError);
    assert.equal(
      error.message,
      "The Firebase Auth emulator is not installed; run npm ci --prefix evidence/firebase-emulator first, or leave --identity out.",
    );
    return true;
  });
});
