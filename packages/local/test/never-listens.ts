// Not the API: a process that starts and never says that it listens.

console.log(`never listens, pid ${process.pid}`);
setInterval(() => undefined, 60_000);
