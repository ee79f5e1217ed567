import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Whether the condition of a write was met. */
export async function isDone(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
