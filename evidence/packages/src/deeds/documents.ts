import { buffer } from "node:stream/consumers";
import { row } from "../row.ts";

export const documents = {
  pdfkit: row(
    () => import("pdfkit"),
    async ({ default: Document }) => {
      const document = new Document();
      document.font("Times-Roman").fontSize(20).text("An invoice");
      document.end();
      const bytes = await buffer(document as unknown as NodeJS.ReadableStream);
      return [bytes.toString("latin1", 0, 5), bytes.length > 800, bytes.includes("Times-Roman")];
    },
  ),
  sharp: row(
    () => import("sharp"),
    async ({ default: sharp }) => {
      const create = { width: 4, height: 4, channels: 3, background: { r: 255, g: 0, b: 0 } } as const;
      const png = await sharp({ create }).resize(2, 2).png().toBuffer();
      const { width, format } = await sharp(png).metadata();
      return [width, format, [...(await sharp(png).raw().toBuffer()).subarray(0, 3)]];
    },
  ),
  handlebars: row(
    () => import("handlebars"),
    async ({ default: Handlebars }) => {
      Handlebars.registerHelper("loud", (text: string) => text.toUpperCase());
      return Handlebars.compile("Hello {{loud name}}")({ name: "Ada" });
    },
  ),
  ejs: row(
    () => import("ejs"),
    async ({ default: ejs }) => {
      return [
        ejs.render("<% for (const n of list) { %><i><%= n %></i><% } %>", { list: [1, 2] }),
        typeof ejs.renderFile,
      ];
    },
  ),
  yaml: row(
    () => import("yaml"),
    async ({ parse, stringify, Document }) => {
      return [parse("a: [1, 2]"), stringify({ b: 1 }), new Document({ c: 1 }).toString(), Document.name];
    },
  ),
  graphql: row(
    () => import("graphql"),
    async ({ buildSchema, graphql, GraphQLError }) => {
      const { data } = await graphql({
        schema: buildSchema("type Query { hello: String }"),
        source: "{ hello }",
        rootValue: { hello: "world" },
      });
      return [data, GraphQLError.name];
    },
  ),
};
