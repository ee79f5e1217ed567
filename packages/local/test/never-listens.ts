// A stand-in for the API that starts but never listens.

console.log(`never listens, pid ${process.pid}`);
setInterval(() => undefined, 60_000);
