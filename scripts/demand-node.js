// Runs before scripts, with any Node, so an old Node must be able to read it.

const OLDEST_NODE = 24;

const { node } = process.versions;
if (Number(node.split(".")[0]) < OLDEST_NODE) {
  console.error(
    `The scripts need Node ${OLDEST_NODE}, but this is Node ${node}. The right version is a package whose install script has not run; run: npm rebuild node`,
  );
  process.exitCode = 1;
}
