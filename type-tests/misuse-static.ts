// Static files: every line marked `//!` must be refused, and the compiler's words must contain the mark's text.

import { text } from "../src/index.ts";
import { wrapFile } from "../src/middleware/file.ts";
import { wrapResource } from "../src/middleware/resource.ts";
import { type WithAssets, wrapWebjars } from "../src/middleware/webjars.ts";
import { type Handler, stack } from "../src/ring.ts";

const site = stack
  .use(wrapResource("public", { optional: true }))
  .use(wrapFile("uploads", { prefix: "/uploads" }))
  .use(wrapWebjars({ packages: ["bulma", { name: "@scope/thing", folder: "dist" }] }));

site(({ assetPath }) => text(assetPath("bulma", "css/bulma.css") + assetPath("@scope/thing", "a.js")));
site(({ assetPath }) => text(assetPath("bulm", "css/bulma.css"))); //! Argument of type '"bulm"' is not assignable
site(({ assetPath }) => text(assetPath("bulma"))); //! Expected 2 arguments, but got 1
site(() => ({ ...text(""), assets: 1 })); //! no middleware takes response.assets

const page: Handler<WithAssets<"bulma">> = ({ assetPath }) => text(assetPath("bulma", "css/bulma.css"));
site(page);
stack(page); //! assetPath

wrapFile(); //! Expected 1-2 arguments, but got 0
wrapFile("public", { dotFiles: true }); //! 'dotFiles' does not exist
wrapFile("public", { index: true }); //! Type 'boolean' is not assignable to type 'string'
wrapResource({ prefix: "/static" }); //! 'prefix' does not exist in type 'URL'
wrapWebjars(); //! Expected 1 arguments, but got 0
wrapWebjars({ packages: ["bulma"], root: "/assets" }); //! 'root' does not exist
