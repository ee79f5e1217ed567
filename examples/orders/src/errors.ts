/** This API's error codes, in addition to the kit's. */
export const errors = {
  "100401": { status: 401, title: "Bad signature", message: "The event is not signed by the provider" },
  "100404": { status: 404, title: "Not found", message: "There is no such order" },
  "100409": { status: 409, title: "Conflict", message: "The order is in another state" },
  "100412": { status: 412, title: "Changed", message: "The order has changed since you read it" },
} as const;
