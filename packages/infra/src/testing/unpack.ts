// Runs before the tests and the type check, which need the platform.
import { unpackPlatform } from "./platform.ts";

try {
  await unpackPlatform(console.log);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
