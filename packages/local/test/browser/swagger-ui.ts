/** A user's steps in Swagger UI. */
import type { Locator, Page } from "playwright-core";

/** Opens an operation for one test only, because Swagger UI renders every open operation again at each step. */
export async function withOperation<Result>(
  page: Page,
  operationId: string,
  look: (operation: Locator) => Promise<Result>,
): Promise<Result> {
  const operation = page.locator(`.opblock[id$="-${operationId}"]`);
  const toggle = operation.locator(".opblock-summary-control");
  await toggle.click();
  await operation.locator(".opblock-body").waitFor();
  const result = await look(operation);
  await toggle.dispatchEvent("click");
  await operation.locator(".opblock-body").waitFor({ state: "detached" });
  return result;
}

/** Presses Execute, and returns the answer that Swagger UI shows. */
export async function execute(operation: Locator) {
  const clear = operation.getByRole("button", { name: "Clear" });
  if (await clear.isVisible()) await clear.click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const live = operation.locator(".live-responses-table");
  const status = await live.locator(".response-col_status").last().innerText();
  return {
    status: Number.parseInt(status, 10),
    url: (await operation.locator(".request-url pre").innerText()).trim(),
    body: await live.innerText(),
  };
}

export function tryItOut(page: Page, operationId: string) {
  return withOperation(page, operationId, execute);
}

/** Opens the dialog, signs in with `signIn`, and closes it. */
export async function authorize(page: Page, signIn: (dialog: Locator) => Promise<void>): Promise<void> {
  await page.click(".btn.authorize");
  const dialog = page.locator(".auth-container");
  await signIn(dialog);
  await dialog.getByRole("button", { name: "Remove authorization" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
}

export async function pressAuthorize(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
}

export async function logout(page: Page): Promise<void> {
  await page.click(".btn.authorize");
  const dialog = page.locator(".auth-container");
  await dialog.getByRole("button", { name: "Remove authorization" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
}

export async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.waitForSelector(".opblock");
}
