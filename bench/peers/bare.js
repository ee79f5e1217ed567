/** No framework: the cost of the loop around an invocation. */
export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify({ status: "ok" }),
});
