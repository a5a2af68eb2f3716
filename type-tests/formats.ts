/** What must compile around `wrapFormats`. */
import { type Handler, handler, stack, text, type WithSession, wrapSession } from "../src/index.ts";
import { type Format, formatted, json, type WithFormats, wrapFormats } from "../src/middleware/formats.ts";

declare const chance: boolean;
interface Visitor {
  user?: string;
}
const api = stack.use(wrapSession<Visitor>()).use(wrapFormats({ formats: [json()] }));

api(() => formatted({ a: 1 }));
api(() => formatted(null, 404));
api(() => (chance ? text("no") : formatted([1])));
api(({ session }) => (chance ? text("no") : { ...formatted([1]), session: { ...session, user: "bob" } }));
api(async ({ bodyParams }) => {
  if (typeof bodyParams !== "object" || bodyParams === null) return formatted({ error: "no object" }, 422);
  return { ...formatted(bodyParams), headers: { "x-a": "1" } };
});
api(() => ({ status: 200, headers: {}, body: null, data: undefined }));
export const echo: Handler<WithFormats> = ({ bodyParams }) => formatted(bodyParams);
handler<WithFormats & WithSession<Visitor>>()(({ session }) => formatted(session.user));
export const upper: Format = {
  name: "upper",
  types: ["text/upper"],
  read: (octets) => new TextDecoder().decode(octets),
  write: (data) => String(data).toUpperCase(),
};
