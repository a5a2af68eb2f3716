/** Adapter contract: messages for the next page. */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck, AdapterPage } from "./site.ts";

const pages = (): Readonly<Record<string, AdapterPage>> => ({
  "/leave": (page) => {
    page.lent.flash("kept");
    return page.redirect("/hop");
  },
  "/hop": (page) => page.redirect("/show"),
  "/quiet": (page) => page.answer(200, TEXT_TYPE, "a page that does not ask"),
  "/show": (page) => page.answer(200, TEXT_TYPE, String(page.lent.flash())),
});

const SCRIPT = { "sec-fetch-dest": "empty", "sec-purpose": "prefetch" };

export const flashChecks: readonly AdapterCheck[] = [
  check("flash", "a message waits through redirects and pages that do not ask, and is shown once", {
    pages,
    async run({ visitor }) {
      const bob = visitor();
      assert.equal((await bob.get("/leave")).header("location")?.endsWith("/hop"), true);
      await bob.get("/hop");
      await bob.get("/quiet");
      await bob.send({ path: "/show", method: "HEAD" });
      await bob.get("/show", SCRIPT);
      assert.equal((await bob.get("/show")).body, "kept");
      assert.equal((await bob.get("/show")).body, "undefined");
    },
  }),
  check("flash", "a message whose taking away cannot be stored is not shown, and waits", {
    pages,
    async run({ visitor, breakStore }) {
      const bob = visitor();
      await bob.get("/leave");
      breakStore("update");
      const { status, body } = await bob.get("/show");
      assert.deepEqual([status, body.includes("kept")], [503, false]);
      breakStore(undefined);
      assert.equal((await bob.get("/show")).body, "kept");
    },
  }),
];
