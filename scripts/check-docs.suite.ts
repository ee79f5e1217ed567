import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { copyForReader, runCommands } from "./check-docs.ts";
import { NOT_RUN, STARTED } from "./docs-commands.ts";
import { faultsOf, faultsOfSamples } from "./docs-faults.ts";
import { parsePage } from "./docs-page.ts";

const page = (markdown: string) => parsePage("docs/guides/made-up.md", markdown);
const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`;
const callers = (groupsOfNobody: string) => `| Caller | Groups | Password |
| --- | --- | --- |
| \`user@example.com\` | USERS | \`not-secret\` |
| \`admin@example.com\` | USERS, ADMINS | \`not-secret\` |
| \`nobody@example.com\` | ${groupsOfNobody} | \`not-secret\` |
`;
const faults = (markdown: string) => faultsOf(page(markdown));
const run = (markdown: string) => runCommands([page(markdown)]);

describe("the check of the docs", () => {
  for (const [what, markdown] of [
    ["a link to a file", "[a](deploy.md), [b](../errors/README.md), ![c](../images/swagger-ui.png)"],
    [
      "a link to a heading",
      "[a](deploy.md#5-use-a-custom-domain), [b](#who-and-what)\n\n## Who, *and* `what`?",
    ],
    ["a repeated heading", "[a](#one-1)\n\n# One\n\n## One"],
    ["a link to a page elsewhere", "[a](https://example.com/b), <https://example.com>"],
    ["code that looks like a link", "`[a](nowhere.md)`"],
    [
      "a setting",
      `\`DOCS=off\`, \`CERTIFICATE_ARN=...\`\n\n${block("dotenv", "DOCS=off\nAUTH_ENDPOINTS=on")}`,
    ],
    ["a file", "`packages/kit/src/app.ts`, `docs/guides`"],
    [
      "a file that the page writes",
      `\`packages/api/src/none.ts\`\n\n${block("ts", "// packages/api/src/none.ts\nexport {};")}`,
    ],
    ["an endpoint of a sample", `\`GET /v1/notes\`\n\n${block("ts", 'export const path = "/v1/notes";')}`],
    ["a script with an option", "`npm start -- --port 4000`, `npm run cost -- --ms 20`"],
    ["a project's command", "`npx lambda-express-api doctor --stage dev`"],
    ["a command that is not run", block("sh", "npm run deploy -- --stage dev\naws sts get-caller-identity")],
    ["JSON", block("json", '{ "a": 1 }')],
    ["an endpoint", "`GET /v1/manage/hc`, `GET /v1`, `GET /v1/docs/{asset}`"],
    ["an endpoint of the examples", "`PATCH /v1/orders/{orderId}`"],
    ["a link to the local API", "<http://localhost:3000/express/v1>, [a](http://127.0.0.1:3000/mvp/v1/docs)"],
    ["a link to the API of compose", "<http://localhost:5000/v1>"],
    ["the demo callers", callers("none")],
    ["a source file", `\`examples/handler.ts\`, not quoted`],
  ] as const) {
    it(`accepts ${what}`, () => assert.deepEqual(faults(markdown), []));
  }

  for (const [what, markdown, sentence] of [
    ["a link to a missing file", "[a](nowhere.md)", "the link to nowhere.md has no target"],
    ["a picture of a missing file", '<img src="none.png">', "the link to none.png has no target"],
    ["a link to a missing heading on the page", "[a](#none)", /the link to #none has no heading/],
    [
      "a link to a missing heading on another page",
      "[a](deploy.md#none)",
      /has no heading in docs\/guides\/deploy.md/,
    ],
    ["a link without https", "[a](http://example.com)", /is not an https URL/],
    ["an unknown setting", "`COLOUR=red`", "unknown setting COLOUR"],
    [
      "a setting's wrong value",
      block("dotenv", "DOCS=perhaps"),
      "DOCS=perhaps is invalid: it must be on or off",
    ],
    ["an unknown file", "`packages/api/src/none.ts`", "packages/api/src/none.ts does not exist"],
    ["an unknown script in the text", "`npm run deplyo`", /no check is defined for: npm run deplyo/],
    ["an unknown script", block("sh", "npm run build -w packages/api"), /no check is defined for/],
    ["an unknown option", "`npm start -- --prot 4000`", "npm run start has no option --prot"],
    [
      "an unknown option in a table",
      "| a | b |\n| --- | --- |\n| `npm run bench -- --quik` | c |",
      "npm run bench has no option --quik",
    ],
    [
      "an unknown command of a project",
      "`npx lambda-express-api docter`",
      "lambda-express-api has no command docter",
    ],
    [
      "an unknown option of a project's command",
      "`npx lambda-express-api doctor --stag dev`",
      "lambda-express-api doctor has no option --stag",
    ],
    ["an unknown endpoint", "`GET /v1/users/me`", "GET /v1/users/me is not an endpoint of the API"],
    [
      "an endpoint's wrong method",
      "`POST /v1/manage/hc`",
      "POST /v1/manage/hc is not an endpoint of the API",
    ],
    [
      "a link that the local API does not answer",
      "<http://localhost:3000/express/v1/doc>",
      "the link to http://localhost:3000/express/v1/doc is not an endpoint",
    ],
    [
      "a link to an unknown path of the local API",
      "[a](http://localhost:3000/expres/v1/docs)",
      /is not an endpoint/,
    ],
    ["a wrong group of a demo caller", callers("USERS"), /the demo callers are not .*nobody@example.com/],
    [
      "a comparison's row without a test",
      "| It | Here | Test |\n| --- | --- | --- |\n| a thing | another | |",
      "a thing has neither a test nor a reason",
    ],
    [
      "a comparison's row whose test is not a test",
      "| It | Here | Test |\n| --- | --- | --- |\n| a thing | another | `packages/api/src/api.ts` |",
      "a thing is shown by `packages/api/src/api.ts`, which is not a test",
    ],
    [
      "a comparison's row whose test does not exist",
      "| It | Here | Test |\n| --- | --- | --- |\n| a thing | another | `packages/api/test/none.test.ts` |",
      "packages/api/test/none.test.ts does not exist",
    ],
    ["an unknown option of sst", block("sh", "npm run deploy -- --stag dev"), /has no option --stag/],
    [
      "a command without a defined check",
      block("sh", "curl -s x\nrm -rf /tmp/x"),
      /check is defined for: rm -rf/,
    ],
    [
      "a missing file in a command",
      block("sh", "npx node packages/gateway/bench/none.ts"),
      /packages\/gateway\/bench\/none\.ts does not exist/,
    ],
    ["an unknown language", block("bash", "curl x"), /a block is "bash"/],
    ["broken JSON", block("json", "{ a: 1 }"), /this is not JSON/],
    ["an output without a command", block("text", "Done."), /this output has no command before it/],
    [
      "an output of a command that is not run",
      `${block("sh", "npm run deploy -- --stage dev")}\n${block("text", "Done.")}`,
      /the command of this output is not run \(npm run deploy\)/,
    ],
    [
      "a block that differs from its file",
      `<!-- packages/api/src/api.ts -->\n${block("ts", "export {};")}`,
      "the block is not the content of packages/api/src/api.ts",
    ],
  ] as const) {
    it(`finds ${what}`, () => {
      const [fault = "", ...others] = faults(markdown);
      assert.deepEqual(others, []);
      assert.ok(fault.startsWith("docs/guides/made-up.md: "), fault);
      if (typeof sentence === "string") assert.equal(fault, `docs/guides/made-up.md: ${sentence}`);
      else assert.match(fault, sentence);
    });
  }

  it("finds a sample that does not compile, and accepts the one beside it", async () => {
    const imports = 'import { auth } from "@lambda-express-api/kit";\n';
    const good = 'export const good = auth({ groups: ["A"] }, async ({ principal }) => principal);';
    const bad = 'export const bad = auth({ groupz: ["A"] }, async ({ principal }) => principal);';
    const found = await faultsOfSamples([
      page(`${block("ts", imports + good)}\n${block("ts", imports + bad)}`),
    ]);
    assert.match(found.join("\n"), /docs-guides-made-up-md-2\.ts.*groupz/);
    assert.doesNotMatch(found.join("\n"), /made-up-md-1/);
  });

  it("compiles a page's samples for the reader's files together, but not with those of other pages", async () => {
    const settings = "// packages/api/src/settings.ts\nexport const settings = { COLOUR: 1 };";
    const use =
      'import { settings } from "../../settings.ts";\nexport const colour: string = settings.COLOUR;';
    const found = await faultsOfSamples([
      page(`${block("ts", settings)}\n${block("ts", use)}`),
      parsePage("docs/other.md", block("ts", use)),
    ]);
    assert.match(found[0] ?? "", /made-up-md-2\.ts.*'number' is not assignable to type 'string'/);
    assert.match(found[1] ?? "", /docs-other-md-1\.ts.*Cannot find module/);
  });
});

describe("the commands of the docs", () => {
  const cost = block("sh", "npm run cost -- --requests 1e6 | head -2");
  const lines = [
    "Monthly cost            list price  after free tier",
    "API Gateway, requests        $1.00            $1.00",
  ];

  it("may print the page's text, word for word or with … for changing parts", async () => {
    await run(`${cost}\n${block("text", lines.join("\n"))}`);
    await run(`${cost}\n${block("text", "…\nAPI Gateway, requests … $1.00")}`);
    await run(`${cost}\n${block("text", "Monthly cost …\n…")}`);
  });

  it("may not print anything else", async () => {
    await assert.rejects(
      run(`${cost}\n${block("text", lines.join("\n").replace("$1.00", "$2.00"))}`),
      /and not/,
    );
    await assert.rejects(run(`${cost}\n${block("text", lines[0] ?? "")}`), /and not/);
    await assert.rejects(run(`${cost}\n${block("text", "…\nLambda …")}`), /and not/);
  });

  it("may start a server for the commands after it", async () => {
    const [server = ""] = Object.keys(STARTED).filter((name) => name.includes("packages/gateway/"));
    const call = "curl -s http://127.0.0.1:3000/mvp/v1/orders/7";
    await run(`${block("sh", `${server}\n${call}`)}\n${block("json", '{ "message": "Unauthorized" }')}`);
  });

  it("must not respond with other JSON", async () => {
    const answers = block("sh", 'TOKEN=\'{"a":1}\'\nTOKEN="$TOKEN"; echo "$TOKEN"');
    await run(`${answers}\n${block("json", '{ "a": 1 }')}`);
    await assert.rejects(run(`${answers}\n${block("json", '{ "a": 2 }')}`), /and not/);
  });

  it("can use files that the page tells the reader to write", async () => {
    const file = "packages/api/src/routes/notes/notes.test.ts";
    const sample = `// ${file}\nimport { it } from "node:test";\nit("runs", () => {});`;
    const command = block("sh", `npx node --test ${file}`);
    await run(`${block("ts", sample)}\n${command}\n${block("text", "…\nℹ pass 1\n…")}`);
  });

  it("may not fail", async () => {
    await assert.rejects(run(block("sh", "npm run cost -- --requests many")), /this ended with 1/);
  });

  it("are not run if any part of the line needs an account", async () => {
    for (const start of Object.keys(NOT_RUN)) await run(block("sh", `curl nowhere.invalid && ${start}x`));
  });
});

it("run in a copy without the README's example, so that they can add it again", async (t) => {
  const copies: string[] = [];
  t.after(() => Promise.all(copies.map((copy) => rm(copy, { recursive: true }))));
  const add = (cwd: string) => {
    const args = ["--api", "packages/api", "GET", "/v1/orders/{orderId}", "--access", "groups:STAFF"];
    const program = "packages/local/src/project/new-endpoint.ts";
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const copyOf = async (root?: string) => {
    const copy = await copyForReader(root);
    copies.push(copy);
    spawnSync("git", ["init", "--quiet"], { cwd: copy });
    return copy;
  };
  const first = await copyOf();
  add(first);
  add(await copyOf(first));
});
