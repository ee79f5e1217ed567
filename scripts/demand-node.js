// Runs before scripts, with whatever Node there is: JavaScript that an old one can read too.

const OLDEST_NODE = 24;

const { node } = process.versions;
if (Number(node.split(".")[0]) < OLDEST_NODE) {
  console.error(
    `This is Node ${node}, and the scripts need ${OLDEST_NODE}. It comes with the packages where their install scripts may run; they have not. Run: npm rebuild node`,
  );
  process.exitCode = 1;
}
