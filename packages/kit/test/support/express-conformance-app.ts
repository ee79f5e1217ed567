/**
 * An app that uses many features of Express: those that the API uses and those that its endpoints may come to
 * use. The test of the transformed libraries bundles it, and compares its answers with those of the same app
 * on the original Express.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import express, { type ErrorRequestHandler } from "express";

/** @param folder is written to, and served. */
export function createConformanceApp(folder: string): express.Express {
  const file = join(folder, "file.txt");
  writeFileSync(file, "0123456789".repeat(20));
  writeFileSync(join(folder, "index.html"), "<h1>index</h1>");
  writeFileSync(join(folder, ".hidden"), "hidden");

  const app = express();
  app.set("env", "production");
  app.set("trust proxy", "loopback");
  app.use("/static", express.static(folder));
  app.use("/json", express.json({ limit: "1kb" }));
  app.use("/form", express.urlencoded({ extended: true }));
  app.use("/simple-form", express.urlencoded({ extended: false }));
  app.use("/text", express.text({ type: "*/*" }));
  app.use("/raw", express.raw({ type: "*/*", inflate: false, limit: 100 }));
  app.use(["/json", "/form", "/simple-form", "/text", "/raw"], (request, response) => {
    const { body } = request;
    response.json({ body: Buffer.isBuffer(body) ? body.toString("hex") : body });
  });

  app.get("/", (_request, response) => void response.send("hello"));
  app.get("/object", (_request, response) => void response.json({ a: 1, ü: "é" }));
  app.get("/bytes", (_request, response) => void response.type("png").send(Buffer.from([1, 2, 3])));
  app.get("/status", (_request, response) => void response.sendStatus(418));
  app.get("/redirect", (_request, response) => response.redirect(301, "/elsewhere?a=ü"));
  app.get(
    "/links",
    (_request, response) => void response.links({ next: "/2" }).vary("accept").location("back").end(),
  );
  app.get("/cookies", (request, response) => {
    Object.assign(request, { secret: "secret" });
    response.cookie("a", { b: 1 }, { signed: true, httpOnly: true, path: "/x" }).clearCookie("c").end("set");
  });
  app.get("/attachment", (_request, response) => void response.attachment("naïve.pdf").send("pdf"));
  app.get("/download", (_request, response) => response.download(file, "ä.txt"));
  app.get("/send-file", (_request, response) =>
    response.sendFile("file.txt", { root: folder, maxAge: "1h" }),
  );
  app.get("/send-missing", (_request, response) => response.sendFile("missing.txt", { root: folder }));
  app.get("/jsonp", (_request, response) => void response.jsonp({ a: 1 }));
  app.get("/format", (_request, response) =>
    response.format({
      json: () => response.json({}),
      html: () => response.send("<p>"),
      text: () => response.send("t"),
    }),
  );
  app.get("/negotiation", (request, response) => {
    const { ip, ips, protocol, hostname, subdomains, fresh, xhr, path, query } = request;
    const accepted = [
      request.accepts("html", "json"),
      request.acceptsEncodings("gzip", "br"),
      request.acceptsLanguages("de", "en"),
      request.acceptsCharsets("utf-8"),
      request.is("json"),
      request.range(1000),
    ];
    response.json({ ip, ips, protocol, hostname, subdomains, fresh, xhr, path, query, accepted });
  });
  app.get("/users/:id{/:more}", (request, response) => void response.json(request.params));
  app.get("/files/*path", (request, response) => void response.json(request.params));
  app
    .route("/route")
    .get((_request, response) => void response.end("get"))
    .post((_request, response) => void response.end("post"));
  app.get("/throws", () => {
    throw new Error("inside");
  });
  app.get("/rejects", async () =>
    Promise.reject(Object.assign(new Error("gone"), { status: 410, expose: true })),
  );
  const router = express.Router({ mergeParams: true });
  router.param("item", (_request, _response, next, item) => next(item === "none" ? "route" : undefined));
  router.get(
    "/:item",
    (request, response) => void response.send(`${request.baseUrl} ${request.params.item}`),
  );
  app.use("/nested/:owner", router);
  const own: ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(500).send(error.message);
  app.use("/own-error", () => Promise.reject(new Error("own")), own);
  return app;
}
