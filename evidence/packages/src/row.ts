import type { StandIns } from "./ports.ts";

/** A row of the table: a package, imported on demand, and what is done with it. */
export interface Row<Module> {
  readonly load: () => Promise<Module>;
  /** What comes of it is compared: it has nothing that differs from run to run. */
  readonly use: (module: Module, at: StandIns) => Promise<unknown>;
}

export const row = <Module>(load: () => Promise<Module>, use: Row<Module>["use"]): Row<Module> => ({
  load,
  use,
});
