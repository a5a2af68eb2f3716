/** What must not compile around headers, context and error pages: each marked line, with the marked words; no other line. */
import { html, stack, text } from "../src/index.ts";
import { type CspDirectives, wrapContentSecurityPolicy } from "../src/middleware/content-security-policy.ts";
import { wrapContentTypeOptions } from "../src/middleware/content-type-options.ts";
import { contextPath, type WithContext, wrapContext } from "../src/middleware/context.ts";
import { wrapForwarded } from "../src/middleware/forwarded.ts";
import { wrapFrameOptions } from "../src/middleware/frame-options.ts";
import { wrapHsts } from "../src/middleware/hsts.ts";
import { wrapInternalError } from "../src/middleware/internal-error.ts";
import { wrapReferrerPolicy } from "../src/middleware/referrer-policy.ts";
import type { Bare, Middleware } from "../src/ring.ts";

wrapFrameOptions("SAMEORIGIN"); //! '"SAMEORIGIN"' is not assignable
wrapContentTypeOptions("sniff"); //! '"sniff"' is not assignable
wrapReferrerPolicy("strict-orgin"); //! '"strict-orgin"' is not assignable
wrapReferrerPolicy(["no-referrer", "same-origin"]);
wrapHsts({ includeSubDomains: true }); //! 'includeSubDomains' does not exist
wrapForwarded({}); //! Property 'trustProxy' is missing
wrapForwarded({ trustProxy: true }); //! Type 'boolean' is not assignable
wrapForwarded({ trustProxy: [], header: "x-forwarded-for" }); //! '"x-forwarded-for"' is not assignable
wrapInternalError({ logFrom: 404 }); //! Type '404' is not assignable
wrapInternalError({ page: ({ id }) => `<p>${id}</p>` }); //! Type 'string' is not assignable
wrapInternalError({ page: ({ error }) => text(String(error)) }); //! Property 'error' does not exist

// A directive that does not exist, and a nonce where there is none.
wrapContentSecurityPolicy({ directives: { scritpSrc: "self" } }); //! Did you mean to write 'scriptSrc'
wrapContentSecurityPolicy({ directives: { imgSrc: "*", scritpSrc: "self" } }); //! Type 'string' is not assignable to type 'never'
wrapContentSecurityPolicy({ directives: { scriptSrc: true } }); //! Type 'true' is not assignable
wrapContentSecurityPolicy({ directives: { sandbox: true, upgradeInsecureRequests: true, "img-src": ["self", "data:"] } });
stack.use(wrapContentSecurityPolicy())((request) => text(request.cspNonce)); //! Property 'cspNonce' does not exist
stack.use(wrapContentSecurityPolicy({ directives: { imgSrc: "*" } }))((request) => text(request.cspNonce)); //! Property 'cspNonce' does not exist
const nonced = stack.use(wrapContentSecurityPolicy({ directives: { scriptSrc: ["self", "nonce"] } }));
nonced((request) => html(`<script nonce="${request.cspNonce}"></script>`));
nonced((request) => text(request.cspNonce));
declare const sources: string[];
stack.use(wrapContentSecurityPolicy({ directives: { scriptSrc: sources } }))((request) => text(request.cspNonce)); //! Type 'undefined' is not assignable to type 'string'
declare const directives: CspDirectives;
stack.use(wrapContentSecurityPolicy({ directives }))((request) => text(request.cspNonce)); //! Type 'undefined' is not assignable to type 'string'

// The keys of a context, and a middleware that needs them.
stack((request) => text(request.context)); //! Property 'context' does not exist
stack((request) => text(contextPath(request, "/login")));
stack.use(wrapContext("/wiki"))((request) => text(contextPath(request, request.fullUri)));
const wrapLinks: Middleware<WithContext, Bare> = (inner) => (request) => inner(request);
stack.use(wrapLinks); //! needs request.
stack.use(wrapContext("/wiki")).use(wrapLinks)(() => text("ok"));
