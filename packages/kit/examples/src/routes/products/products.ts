/** In place of a table. */
export const products: { sku: string; price: number; tags: string[] }[] = [
  { sku: "teapot", price: 30, tags: ["kitchen", "a,b"] },
  { sku: "cup", price: 4, tags: ["kitchen"] },
  { sku: "lamp", price: 30, tags: ["light"] },
];
