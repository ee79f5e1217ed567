import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PHRASES, phrasesInPage, phrasesInSource } from "./plain-words.ts";

const SENTENCES = [
  "X is no setting.",
  "The path is none.",
  "This reaches nobody.",
  "Somebody must approve it.",
  "Whoever calls gets 401.",
  "It is kept for ever.",
  "The keys cannot be had.",
  "The version is 4, as it must be.",
  "The body is none of its business.",
  "It is refused in a sentence.",
];

describe("a phrase to avoid", () => {
  for (const sentence of SENTENCES) {
    it(`is found in a page and in a source: ${sentence}`, () => {
      assert.match(
        phrasesInPage("page.md", `# A page\n\n${sentence}\n`)[0] ?? "",
        /^page\.md:3 says ".+"; write ./,
      );
      for (const line of [
        `// ${sentence}`,
        `/** ${sentence} */`,
        ` * ${sentence}`,
        `it("${sentence}", () => {});`,
      ])
        assert.match(phrasesInSource("a.ts", `\n${line}\n`)[0] ?? "", /^a\.ts:2 says ".+"; write ./, line);
    });
  }

  it("has a sentence above, each of them", () => {
    for (const [phrase] of PHRASES)
      assert.ok(
        SENTENCES.some((sentence) => phrase.test(sentence)),
        String(phrase),
      );
  });

  for (const [what, page] of [
    ["a block of code", "```text\nThe path is none.\n```\n"],
    ["code in the text", "It prints `nobody is here`."],
    ["an address", "[a page](https://example.com/nobody), <https://example.com/somebody>"],
    ["an e-mail address", "Sign in as nobody@example.com."],
  ] as const)
    it(`may be in ${what}`, () => assert.deepEqual(phrasesInPage("page.md", page), []));

  it("may be the name of something in a source", () =>
    assert.deepEqual(
      phrasesInSource("a.ts", 'const { nobody } = callers;\ncallers.nobody("nobody");\n'),
      [],
    ));

  it("is not what plain English says with the same words", () =>
    assert.deepEqual(
      phrasesInPage("page.md", "There is no route. If there is none, it is no longer there."),
      [],
    ));
});
