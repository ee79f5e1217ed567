// Exits with 0 when this container's identity provider has its signing keys, and with 1 otherwise.

const { PORT: port = "9099" } = process.env;

const isHealthy = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`).then(
  ({ ok }) => ok,
  () => false,
);
if (!isHealthy) process.exit(1);
