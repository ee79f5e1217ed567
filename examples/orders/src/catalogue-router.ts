/** An older Express router, mounted unchanged. */
import { Router } from "express";

const articles = [
  { article: "teapot", unitCents: 2500 },
  { article: "cup", unitCents: 800 },
];

export const catalogueRouter = Router();

catalogueRouter.get("/", (_request, response) => {
  response.json({ articles });
});

catalogueRouter.get("/:article", (request, response) => {
  const found = articles.find(({ article }) => article === request.params.article);
  if (found) response.json(found);
  else response.status(404).json({ message: `There is no ${request.params.article}` });
});
