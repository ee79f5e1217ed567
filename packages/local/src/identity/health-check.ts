// Exits with 0 if this container's identity provider serves its signing keys, otherwise with 1.

const { PORT: port = "9099" } = process.env;

const isHealthy = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`).then(
  ({ ok }) => ok,
  () => false,
);
if (!isHealthy) process.exit(1);
