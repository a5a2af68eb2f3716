/**
 * Whether the protocol modelled in docs/model keeps its promises, by exhaustive search with spin. `--refuted` runs what
 * was broken on purpose instead, and succeeds when each is found out; `--large` adds the large searches. Another
 * argument picks configurations by a part of their name; `--steps` shows the steps of what was found.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `reached`: a counterexample to "this never happens", so that what holds does not hold for want of runs. */
type Verdict = "holds" | "refuted" | "reached";
type Row = readonly [model: string, name: string, switches: string, shows: string];

const HOLDS: readonly Row[] = [
  ["subjects", "many", "REVOKERS=2 BINDERS=2 ROTATE", "two revoke-alls, two sign-ins, a rotation"],
  ["subjects", "tidied", "REVOKERS=1 BINDERS=2 ROTATE EXPIRIES=1 JANITORS=1", "two sign-ins, expiry, the janitor"],
  ["subjects", "world", "REVOKERS=2 BINDERS=1 ROTATE ENDS=1 EXPIRIES=1 JANITORS=1", "everything beside one sign-in"],
  ["subjects", "resent", "REVOKERS=1 BINDERS=2 ROTATE RESEND", "two sign-ins, steps sent again"],
  ["subjects", "resent-expiry", "REVOKERS=2 BINDERS=1 RESEND EXPIRIES=1", "two revoke-alls, steps sent again"],
  [
    "subjects",
    "resent-world",
    "REVOKERS=1 BINDERS=1 ROTATE RESEND ENDS=1 EXPIRIES=1 JANITORS=1",
    "one of each, steps sent again",
  ],
  ["switch", "back-and-forth", "MOVERS=3 REVOKERS=2", "three changes of subject, a revoke-all of each subject"],
  ["switch", "world", "MOVERS=3 REVOKERS=1 ENDS JANITORS=1", "an end and the janitor beside it"],
  ["switch", "resent", "MOVERS=2 REVOKERS=2 ENDS JANITORS=1 RESEND", "steps sent again"],
  ["updates", "counters", "COUNTERS=3 RESEND", "three counters, commits sent again"],
  ["updates", "world", "COUNTERS=2 PLAINS=2 ROTATE ENDS RESEND", "plain changes, a rotation and an end beside it"],
  ["updates", "reach", "COUNTERS=2 TURNS=2 REMEMBER=1 KNOWS_ITS_REACH RESEND", "too few ids, but the record knows it"],
];

/** As far as 3 GB go: about a minute each. */
const LARGE: readonly Row[] = [
  ["subjects", "many-janitor", "REVOKERS=2 BINDERS=2 ROTATE JANITORS=1", "all of them beside the janitor"],
  ["subjects", "many-ends", "REVOKERS=2 BINDERS=2 ROTATE ENDS=1", "all of them beside an end by handle"],
  ["subjects", "resent-janitor", "REVOKERS=2 BINDERS=1 ROTATE RESEND JANITORS=1", "steps sent again, the janitor"],
];

const REACHED: readonly Row[] = [
  ["subjects", "reach-after", "REACH=1", "a sign-in after a revoke-all lives"],
  ["subjects", "reach-late", "REACH=2", "a sign-in between B1 and B2 is stopped"],
  ["subjects", "reach-epoch", "REACH=3", "B1 is refused, the epoch moved"],
  ["subjects", "reach-kept", "REACH=4 REVOKERS=2", "a sign-in is revoked, the kept session lives"],
  ["subjects", "reach-tidied", "REACH=5 EXPIRIES=1 JANITORS=1", "the janitor takes an entry out"],
  ["subjects", "reach-resent", "REACH=6 RESEND", "C1 is sent twice and the sign-in goes well"],
  ["switch", "reach-back", "REACH=1", "from A to B and back, all tidied"],
  ["switch", "reach-second", "REACH=2", "of two movers with one token one is refused"],
  ["switch", "reach-more", "REACH=3 REVOKERS=1", "a revoke-all of A may end what is B's by then"],
  ["switch", "reach-past", "REACH=4 REVOKERS=2", "a session that went back to A survives a revoke-all of B"],
  ["updates", "reach-done", "REACH=1 RESEND", "a resent commit is recognised"],
  ["updates", "reach-conflict", "REACH=2", "after a conflict both increments count"],
  ["updates", "reach-gone", "REACH=3 ROTATE", "a commit after a rotation is refused"],
  ["updates", "reach-unknown", "REACH=4 TURNS=2 REMEMBER=1 KNOWS_ITS_REACH RESEND", "a commit is told unknown"],
];

/** Each names the one promise that it breaks, so that it is not found out for another reason. */
const REFUTED: readonly Row[] = [
  ["subjects", "bare-write", "BARE_WRITE PROMISE=1", "index and epoch, then the record, no second look"],
  ["subjects", "recheck", "RECHECK PROMISE=1", "the same with a second look that comes too late"],
  ["subjects", "record-first", "RECORD_FIRST REVOKERS=0 PROMISE=4", "the record before the index: alive, not listed"],
  ["subjects", "record-first-revoked", "RECORD_FIRST PROMISE=5", "the same: survives the change of password"],
  ["subjects", "index-before-c1", "INDEX_BEFORE_C1 REVOKERS=0 JANITORS=1 PROMISE=4", "the janitor sees no record yet"],
  ["subjects", "index-before-c1-revoked", "INDEX_BEFORE_C1 PROMISE=1", "R3 deletes nothing, C1 and B2 follow"],
  ["subjects", "c1-again", "C1_AGAIN PROMISE=1", "C1 sent again after R3 brings the record back"],
  ["subjects", "empty-index", "EMPTY_INDEX REVOKERS=2 BINDERS=0 PROMISE=1", "the second revoke-all sees nothing to do"],
  ["subjects", "out-first", "OUT_FIRST REVOKERS=2 BINDERS=0 PROMISE=1", "the same, entry by entry"],
  ["subjects", "only-bound", "ONLY_BOUND PROMISE=1", "a sign-in in flight survives"],
  ["subjects", "tombstones-lapse", "TOMBSTONES LAPSE PROMISE=1", "the write comes after the tombstone went"],
  ["subjects", "tombstones-janitor", "TOMBSTONES JANITORS=1 PROMISE=1", "the janitor takes out what is being written"],
  ["subjects", "new-key", "NEW_KEY ROTATE BINDERS=0 PROMISE=1", "a rotation in flight escapes"],
  ["subjects", "new-key-kept", "NEW_KEY ROTATE KEEP BINDERS=0 PROMISE=2", "the kept session dies under its new key"],
  ["subjects", "upsert", "UPSERT ROTATE BINDERS=0 PROMISE=3", "a rotation brings an ended record back"],
  [
    "subjects",
    "janitor-unbound",
    "JANITOR_UNBOUND REVOKERS=0 JANITORS=1 PROMISE=4",
    "it takes out a sign-in in flight",
  ],
  ["subjects", "index-lapses", "INDEX_LAPSES PROMISE=1", "nobody knows what to delete"],
  ["subjects", "no-epoch", "NO_EPOCH PROMISE=5", "a sign-in with the old password reaches the index after R1"],
  ["subjects", "epoch-lapses", "EPOCH_LAPSES PROMISE=5", "the same, the epoch looks as if it never moved"],
  ["subjects", "sample-late", "SAMPLE_LATE PROMISE=5", "the same, the epoch was sampled after R1"],
  ["subjects", "password-late", "PASSWORD_LATE PROMISE=5", "the same, the old password still was right after R1"],
  ["switch", "answer-first", "ANSWER_FIRST PROMISE=3", "back under A before its entry was taken out"],
  ["switch", "out-first", "OUT_FIRST MOVERS=1 PROMISE=3", "A's, but not in A's index"],
  ["switch", "loser-tidies", "LOSER_TIDIES PROMISE=3", "it takes out the entry of the one that won"],
  ["switch", "only-own", "ONLY_OWN MOVERS=1 REVOKERS=1 PROMISE=1", "a change to the subject in flight survives"],
  ["switch", "janitor-others", "JANITOR_OTHERS MOVERS=1 JANITORS=1 PROMISE=3", "it takes out a change in flight"],
  ["switch", "no-secret", "NO_SECRET PROMISE=3", "two movers tidy each other's entry away"],
  ["updates", "version-alone", "VERSION_ALONE RESEND PROMISE=1", "a resent commit is a conflict, and counts twice"],
  ["updates", "one-id", "REMEMBER=1 RESEND PROMISE=1", "the same, another writer's id is the one remembered"],
  ["updates", "too-few-ids", "REMEMBER=2 TURNS=2 RESEND PROMISE=1", "the same, with more commits in between"],
  ["updates", "no-version", "NO_VERSION PROMISE=1", "an increment is lost"],
  ["updates", "upsert", "UPSERT ENDS PROMISE=3", "an ended record is there again"],
  ["updates", "no-secret", "NO_SECRET ROTATE COUNTERS=0 PLAINS=1 PROMISE=4", "the token of before the rotation writes"],
  ["updates", "whole", "WHOLE COUNTERS=0 PLAINS=2 PROMISE=2", "what another wrote meanwhile is gone"],
];

const HOW = "install spin and a C compiler: apt-get install spin gcc libc6-dev";
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const parts = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const rows: ReadonlyArray<readonly [Row, Verdict]> = flags.includes("--refuted")
  ? REFUTED.map((row) => [row, "refuted"])
  : [
      ...[...HOLDS, ...(flags.includes("--large") ? LARGE : [])].map((row) => [row, "holds"] as const),
      ...REACHED.map((row) => [row, "reached"] as const),
    ];
const picked = rows.filter(([[model, name]]) => parts.every((part) => `${model} ${name}`.includes(part)));

const missing = ["spin", "gcc"].filter((program) => spawnSync(program, ["--version"]).error);
if (missing.length > 0) {
  console.log(`${missing.join(" and ")} not found; ${HOW}`);
  process.exitCode = 1;
} else {
  if (picked.length === 0) console.log(`no configuration is called ${parts.join(" ")}`);
  let surprises = picked.length === 0 ? 1 : 0;
  let total = 0;
  for (const [[model, name, switches, shows], expected] of picked) {
    const { verdict, states, seconds, steps } = search(model, switches, expected);
    const surprise = verdict !== expected;
    if (surprise) surprises++;
    total += seconds;
    const result = surprise ? `${verdict}, NOT ${expected}` : verdict;
    console.log(
      `${`${model} ${name}`.padEnd(34)} ${result.padEnd(8)} ${String(states).padStart(9)} states ${seconds.toFixed(1).padStart(5)} s  ${shows}`,
    );
    if (flags.includes("--steps") || surprise) for (const step of steps) console.log(`    ${step}`);
  }
  console.log(`model: ${picked.length} configurations, ${surprises} surprises, ${total.toFixed(0)} s`);
  process.exitCode = surprises === 0 ? 0 : 1;
}

interface Found {
  readonly verdict: Verdict | "unfinished";
  readonly states: number;
  /** Of the search alone, without the compiler. */
  readonly seconds: number;
  /** What led to the violation, in the words of the model, or what went wrong. */
  readonly steps: readonly string[];
}

/** One search, in a folder of its own. Anything but a finished search or a violated assertion is `unfinished`. */
function search(model: string, switches: string, expected: Verdict): Found {
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  try {
    copyFileSync(join(import.meta.dirname, `../docs/model/${model}.pml`), join(folder, "model.pml"));
    const defines = switches.split(" ").map((word) => `-D${word}`);
    const run = (program: string, args: readonly string[]): { readonly output: string; readonly failed: boolean } => {
      const { stdout, stderr, status, error } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
      return { output: error ? error.message : `${stdout}${stderr}`, failed: status !== 0 };
    };
    const unfinished = (output: string): Found => {
      const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Depth="));
      return { verdict: "unfinished", states: 0, seconds: 0, steps: lines };
    };

    const generated = run("spin", ["-a", ...defines, "model.pml"]);
    if (generated.failed) return unfinished(generated.output);
    // Safety only, states compressed without loss, at most 3 GB.
    const compiled = run("gcc", [
      expected === "holds" ? "-O2" : "-O0",
      "-w",
      "-DSAFETY",
      "-DCOLLAPSE",
      "-DMEMLIM=3000",
      "-o",
      "pan",
      "pan.c",
    ]);
    if (compiled.failed) return unfinished(`${compiled.output}\n${HOW}`);
    const begun = performance.now();
    const { output } = run(join(folder, "pan"), ["-m100000", "-w24"]);
    const seconds = (performance.now() - begun) / 1000;

    const errors = Number(/errors: (\d+)/.exec(output)?.[1] ?? Number.NaN);
    const states = Number(/([\d.e+]+) states, stored/.exec(output)?.[1] ?? 0);
    if (errors === 0 && !/search not completed|max search depth/i.test(output)) {
      return { verdict: "holds", states, seconds, steps: [] };
    }
    if (!(errors > 0 && output.includes("assertion violated"))) return { ...unfinished(output), states, seconds };
    const trail = run("spin", ["-t", ...defines, "model.pml"]).output.split("\n");
    const steps = trail.slice(
      0,
      trail.findIndex((line) => line.startsWith("spin: trail ends")),
    );
    return {
      verdict: expected === "reached" ? "reached" : "refuted",
      states,
      seconds,
      steps: steps.map((step) => step.trim()),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
