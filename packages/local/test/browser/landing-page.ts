import type { Page } from "playwright-core";

/** Presses the button that calls an endpoint, and returns the status and the answer that the page shows. */
export async function call(page: Page, operationId: string): Promise<string> {
  const article = page.locator(`#${operationId}`);
  const answered = page.waitForResponse((response) => response.url().includes("/v1"));
  await article.getByRole("button", { name: "Send request" }).click();
  await answered;
  await article.locator("button:enabled").waitFor();
  return article.locator("output").innerText();
}
