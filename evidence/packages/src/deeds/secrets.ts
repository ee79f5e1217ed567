import { row } from "../row.ts";

export const secrets = {
  bcryptjs: row(
    () => import("bcryptjs"),
    async ({ default: bcrypt, hash, compare }) => {
      return [await compare("secret", await hash("secret", 4)), bcrypt.getRounds(await hash("secret", 4))];
    },
  ),
  bcrypt: row(
    () => import("bcrypt"),
    async ({ default: bcrypt, hash }) => {
      return [
        await bcrypt.compare("secret", await hash("secret", 4)),
        await bcrypt.compare("other", await hash("secret", 4)),
      ];
    },
  ),
  "@node-rs/argon2": row(
    () => import("@node-rs/argon2"),
    async ({ hash, verify }) => {
      const hashed = await hash("secret");
      return [hashed.slice(0, 9), await verify(hashed, "secret"), hash.name];
    },
  ),
  jsonwebtoken: row(
    () => import("jsonwebtoken"),
    async ({ default: jwt }) => {
      const token = jwt.sign({ sub: "ada" }, "secret", { noTimestamp: true });
      return [jwt.verify(token, "secret"), jwt.TokenExpiredError.name];
    },
  ),
  jose: row(
    () => import("jose"),
    async ({ SignJWT, jwtVerify, errors }) => {
      const key = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
      const token = await new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "HS256" }).sign(key);
      return [(await jwtVerify(token, key)).payload, errors.JWTExpired.name];
    },
  ),
  uuid: row(
    () => import("uuid"),
    async ({ v5, validate, NIL }) => {
      return [v5("orders", v5.URL), validate(NIL)];
    },
  ),
  nanoid: row(
    () => import("nanoid"),
    async ({ customAlphabet, nanoid }) => {
      return [customAlphabet("a", 5)(), nanoid().length];
    },
  ),
};
