/** With their claims so many tokens of at most 8192 characters are a few megabytes, and at the very worst some 30. */
const TOKENS_KEPT = 1000;
/** A signature's last characters tell tokens apart, and cost less to look up than all of them. */
const KEY_LENGTH = 32;

/** What is known of tokens. The whole text is compared, so that no token can pass for another. */
export interface TokenMemory<Known> {
  get(text: string): Known | undefined;
  /** Makes room by forgetting what was remembered first. */
  remember(text: string, known: Known): void;
}

export function createTokenMemory<Known>(): TokenMemory<Known> {
  const memory = new Map<string, { readonly text: string; readonly known: Known }>();
  return {
    get(text) {
      const entry = memory.get(text.slice(-KEY_LENGTH));
      return entry?.text === text ? entry.known : undefined;
    },
    remember(text, known) {
      const [oldest] = memory.keys();
      if (oldest !== undefined && memory.size >= TOKENS_KEPT) memory.delete(oldest);
      memory.set(text.slice(-KEY_LENGTH), { text, known });
    },
  };
}
