import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createPrincipals } from "./principal.ts";

const groupsOf = (groups: unknown) => createPrincipals("groups")({ sub: "alice", groups }).groups;
const scopesOf = (claims: object) => createPrincipals("groups")({ sub: "alice", ...claims }).scopes;

describe("createPrincipals", () => {
  it("names the subject, and keeps the claims unchanged", () => {
    const claims = Object.freeze({ sub: "alice", level: 3 });
    const principal = createPrincipals("groups")(claims);
    assert.equal(principal.subject, "alice");
    assert.equal(principal.claims, claims);
  });

  it("gives equal claims the same frozen principal", () => {
    const principalOf = createPrincipals("groups");
    const claims = Object.freeze({ sub: "alice", groups: ["USERS"], scope: "read" });
    const principal = principalOf(claims);
    assert.equal(principalOf(claims), principal);
    assert.notEqual(principalOf({ ...claims, groups: ["ADMINS"] }), principal);
    for (const part of [principal, principal.groups, principal.scopes]) assert.ok(Object.isFrozen(part));
  });

  it("takes groups from an array, letter by letter", () => {
    assert.deepEqual(groupsOf(["USERS", " admins", "two words", ""]), ["USERS", " admins", "two words", ""]);
  });

  it("ignores all elements of an array but its strings", () => {
    assert.deepEqual(groupsOf(["USERS", 1, null, ["ADMINS"], { name: "ADMINS" }, true]), ["USERS"]);
  });

  it("takes no groups from anything else", () => {
    for (const groups of [undefined, null, "ADMINS", "[ADMINS]", 1, true, {}, { 0: "ADMINS", length: 1 }]) {
      assert.deepEqual(groupsOf(groups), []);
    }
  });

  it("takes up to 500 groups, and none of a longer list", () => {
    const many = Array.from({ length: 501 }, (_, index) => `g${index}`);
    assert.equal(groupsOf(many.slice(1)).length, 500);
    assert.equal(groupsOf(many).length, 0);
  });

  it("takes the groups claim's name as one literal key", () => {
    const claims = { sub: "alice", "a.b:c/d": ["USERS"], a: { b: ["ADMINS"] } };
    assert.deepEqual(createPrincipals("a.b:c/d")(claims).groups, ["USERS"]);
    assert.deepEqual(createPrincipals("a.b")(claims).groups, []);
    const inherited = Object.assign(Object.create({ groups: ["ADMINS"] }), { sub: "alice" });
    assert.deepEqual(createPrincipals("groups")(inherited).groups, []);
    assert.deepEqual(createPrincipals("constructor")({ sub: "alice" }).groups, []);
  });

  it("takes scopes from a string with spaces or from an array", () => {
    assert.deepEqual(scopesOf({ scope: "openid  read:orders " }), ["openid", "read:orders"]);
    assert.deepEqual(scopesOf({ scope: ["openid", 1, "read:orders"] }), ["openid", "read:orders"]);
    assert.deepEqual(scopesOf({ scp: "read" }), ["read"]);
    assert.deepEqual(scopesOf({ scp: ["read"] }), ["read"]);
  });

  it("prefers scp where there are both", () => {
    assert.deepEqual(scopesOf({ scp: "read", scope: "write" }), ["read"]);
  });

  it("takes no scopes from anything else", () => {
    for (const scope of [undefined, null, "", " ", 1, true, { read: true }]) {
      assert.deepEqual(scopesOf({ scope }), []);
    }
  });
});
