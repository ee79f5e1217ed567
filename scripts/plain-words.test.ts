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
  "The caller is told the reason.",
  "The page is made anew.",
  "It stands in the place of the table.",
  "A release is under way.",
  "The build sees to it.",
  "Lambda is stood in for.",
  "The answer is of no use.",
  "It calls oftener than that.",
  "It is the very text that was sent.",
  "The server goes on to answer.",
  "The process lives on.",
  "The list is empty where there is none.",
  "It stops, by the deadline, say.",
  "An API has no use for it.",
  "The message speaks of parameters.",
  "The token is looked at once.",
  "It is the dearest import.",
  "Each runs in a process of its own.",
  "The body is sent as it is.",
  "A name may have a blank in it.",
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

  it("has an example above, each of them", () => {
    for (const [phrase] of PHRASES)
      assert.ok(
        SENTENCES.some((sentence) => phrase.test(sentence)),
        String(phrase),
      );
  });

  it("is found across two lines, at the first of them", () => {
    assert.match(
      phrasesInPage("page.md", "# A page\n\nNo route\nis\nnone.\n").join(),
      /^page\.md:4 says "is none"/,
    );
    const comment = "/**\n * The caller is\n * told why.\n */\n";
    assert.match(phrasesInSource("a.ts", comment).join(), /^a\.ts:2 says "is told"/);
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
      phrasesInPage(
        "page.md",
        "There is no route. If there is none, it is no longer there, but for a blank line.",
      ),
      [],
    ));
});
