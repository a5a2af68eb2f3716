/**
 * What ringlight costs, each figure beside a peer or a limit of the same run. `npm run bench`, on a machine that does
 * nothing else; read the ratios, not the microseconds. `npm run bench -- seal` runs one of them.
 */
const TOPICS = ["cookies", "seal", "requests", "defaults", "memory", "redis"];

const wanted = process.argv.slice(2);
for (const topic of TOPICS) {
  if (wanted.length === 0 || wanted.includes(topic)) await import(`./${topic}.ts`);
}
