/** The ports of the local servers on 127.0.0.1, which the API gets in its environment. */
export type StandIns = Readonly<Record<"http" | "postgres" | "mysql" | "mongodb" | "redis" | "smtp", number>>;

export function standIns(): StandIns {
  return JSON.parse(process.env.STAND_INS ?? "{}");
}
