import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testGuestbookPair } from "../support/guestbook-pair.ts";

testGuestbookPair("STORE=sqlite:… npm start", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "guestbook-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { STORE: `sqlite:${join(folder, "guestbook.db")}` };
});
