import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maskText } from "./masking.ts";

describe("the inspector's masking", () => {
  for (const [name, text] of [
    ["a JSON field", '{"username":"a","password":"hunter2"}'],
    ["a JSON field that is a list", '{"password":["hunter2"]}'],
    ["a JSON field that is an object", '{"a":{"password":{"x":"hunter2"}}}'],
    ["a JSON field whose name is escaped", '{"p\\u0061ssword":"hunter2"}'],
    ["a JSON field of text that is cut off", '{"password":"hunter2","a'],
    ["a form field", "username=a&password=hunter2"],
    ["a form field whose name is encoded", "username=a&p%61ssword=hunter2"],
    ["a multipart field", 'x\r\ncontent-disposition: form-data; name="password"\r\n\r\nhunter2\r\n--x--'],
    [
      "a multipart field with a blank line in its value",
      'x\r\nname="password"\r\n\r\none\r\n\r\nhunter2\r\n--x--',
    ],
    ["a multipart field of text that is cut off", '--x\r\nname="token"\r\nA: b\r\n\r\nhunter2\r\n'],
    ["a token in a path", "/a/x.eyJhbGciOiJub25l.hunter2.hunter2"],
    ["two tokens in one word", "eyJhbGciOi.hunter2.a.eyJhbGciOi.hunter2.a"],
    ["a token behind a dash", "id-eyJhbGciOi.hunter2.hunter2"],
    ["a multipart field of two lines", 'x\r\nname="password"\r\n\r\none\r\nhunter2\r\n--x--'],
  ] as const) {
    it(`hides ${name}`, () => {
      assert.doesNotMatch(maskText(text), /hunter2/);
      assert.match(maskText(text), /\*\*\*/);
    });
  }

  it("shows the fields around a secret one", () => {
    const field = (name: string, value: string) =>
      `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const text = `${field("a", "b")}${field("password", "hunter2")}${field("c", "d")}--x--\r\n`;
    assert.equal(maskText(text), text.replace("hunter2", "***"));
    assert.equal(maskText("v1.2.eyJhbGciOi.b.c.d and v1.2"), "v1.2.***.d and v1.2");
  });

  it("leaves everything else unchanged", () => {
    for (const text of [
      '{ "a" : 1 }',
      "a=b&c=d%20e",
      "plain text",
      "[1, 2]",
      "{not json",
      'say "password" to me',
    ]) {
      assert.equal(maskText(text), text);
    }
  });
});
