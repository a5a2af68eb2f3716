/** The script that reloads a page: plain JavaScript for any browser that has EventSource. */

/**
 * The page says in `data-seen` which state of the site it shows; the stream says which is the newest, at once and after
 * each change. A page that is behind reloads, but not twice for the same state: then it comes from a cache. Hidden tabs
 * hold no connection, of which a browser has six for a site over HTTP/1.1.
 */
export const RELOAD_CLIENT = `(() => {
  const { src, dataset } = document.currentScript;
  const stream = src.replace(/\\.js$/, "");
  const key = "ringlight-reload";
  let known = dataset.seen;
  let source;
  const close = () => {
    if (source) source.close();
    source = undefined;
  };
  const open = () => {
    if (document.hidden || source) return;
    source = new EventSource(stream);
    source.onmessage = ({ data }) => {
      if (data === known) return;
      const cached = known === dataset.seen && sessionStorage.getItem(key) === known;
      known = data;
      if (cached) return;
      sessionStorage.setItem(key, dataset.seen);
      close();
      location.reload();
    };
    source.onerror = () => {
      if (!source || source.readyState !== EventSource.CLOSED) return;
      source = undefined;
      setTimeout(open, 1000);
    };
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
`;
