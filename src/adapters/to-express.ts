/** `toExpress`: an application mounted in Express or Connect. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { badOption, checkNames } from "../errors.ts";
import type { Told } from "../forwarded/told.ts";
import { type OnError, printError, report } from "../on-error.ts";
import { type Handler, isMarked } from "../ring.ts";
import { HOST_SESSION } from "../session/host-session.ts";
import { checkServed } from "./edge.ts";
import { besideHost, hostAnswer, hostRequest } from "./host-node.ts";
import { type Mountable, takenOff } from "./host-place.ts";
import { expressSession } from "./host-sessions.ts";
import { proxies } from "./node-proxies.ts";
import { sendNode } from "./node-response.ts";

/** The options of `toExpress`. */
export interface ToExpressOptions {
  /**
   * As of `toNode`, for Connect: the proxies whose `X-Forwarded-*` count. Under Express `req.protocol`, `req.host` and
   * `req.ip` count, by its own setting `trust proxy`, and this does not. Default: none.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** Is told of errors; default `console.error`. Express's error handlers are not. */
  readonly onError?: OnError | undefined;
  /**
   * With `hostStore()`: the host's session stands where the mount cannot see it, in an outer application, or in a
   * function of another name. Default false: `use` throws where no session of express-session stands before the mount.
   */
  readonly sessionElsewhere?: boolean | undefined;
}

/** The members of a request of Express or Connect that are used. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
  readonly ip?: string | undefined;
  readonly session?: unknown;
}

/** A middleware of Express and Connect. */
export type ExpressMount = (req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * `expressApp.use("/wiki", toExpress(app))`. The application has `context`, `pathInfo` and `fullUri` as under
 * `wrapContext`; its 404 is its answer, and only a path with `.` or `..` as a segment goes on to `next`. Bodies stream
 * both ways. Stand before parsers such as `express.json()`: a body that one has read is an error for who reads it.
 * Throws `ERR_OPTION` when built, or for `hostStore()` when used, with what cannot be.
 */
export function toExpress(app: Mountable, options: ToExpressOptions = {}): ExpressMount {
  checkNames(options, ["trustProxy", "onError", "sessionElsewhere"], "toExpress");
  const { onError = printError, trustProxy, sessionElsewhere = false } = options;
  if (typeof sessionElsewhere !== "boolean") throw badOption("sessionElsewhere", "must be true or false");
  const handler = app as Handler;
  checkServed(handler, options.onError, true);
  const direct = proxies(trustProxy ?? []);
  const mount: ExpressMount = (req, res, next) => {
    const asked = req.originalUrl ?? req.url ?? "/";
    const request = hostRequest(req, res, {
      ...{ asked, off: req.baseUrl ?? takenOff(asked, req.url ?? "/"), prefix: "" },
      told: req.protocol === undefined ? direct : () => toldBy(req),
      session: expressSession(req),
      remedy: 'stand before it, app.use("/wiki", toExpress(app)) and then app.use(express.json())',
    });
    if (!request) return next();
    hostAnswer(handler, req, request, onError)
      .then((response) => sendNode(res, { ...response, headers: besideHost(response, (name) => res.getHeader(name)) }))
      .catch((error: unknown) => {
        res.destroy();
        report(onError, error, request);
      });
  };
  return isMarked(app, HOST_SESSION) && !sessionElsewhere ? asSubApplication(mount) : mount;
}

function toldBy({ protocol, host, ip }: ExpressRequest): Told {
  return { scheme: protocol === "https" ? "https" : "http", host: host ?? "", remoteAddress: ip };
}

/** What Express tells a sub-application when it is mounted. */
interface Parent {
  readonly parent?: Parent | undefined;
  readonly router?: { readonly stack?: ReadonlyArray<{ readonly name?: string | undefined }> } | undefined;
}

/** Express tells what has these three where it is used: there one can look whether a session stands before. */
function asSubApplication(mount: ExpressMount): ExpressMount {
  const emit = (event: string, parent?: Parent): void => {
    if (event === "mount" && !hasSession(parent)) throw badOption("sessionElsewhere", NO_SESSION);
  };
  const handle: ExpressMount = (req, res, next) => mount(req, res, next);
  return Object.assign(handle, { handle: mount, set: () => handle, emit });
}

function hasSession(app: Parent | undefined): boolean {
  if (!app) return false;
  return app.router?.stack?.some(({ name }) => name === "session") === true || hasSession(app.parent);
}

const NO_SESSION =
  "no session of express-session stands before this mount, and hostStore() needs one: first app.use(session({ … })); " +
  "or say sessionElsewhere: true where it stands in an outer application, or under another name";
