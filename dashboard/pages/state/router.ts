/** Where the reader is: path and query under the base path, and how to go elsewhere without loading the page again. */
import { useEffect, useState } from "preact/hooks";

export type Place = { readonly path: string; readonly query: URLSearchParams; readonly hash: string };

export type Router = {
  /** The href of a path of the dashboard. */
  href(path: string): string;
  go(path: string, options?: { replace?: boolean }): void;
};

const MOVED = "carrierwatch:moved";

/** Paths of a dashboard that lives under `base` ("" or `/watch`). */
export function routerAt(base: string): Router {
  return {
    href: (path) => base + path,
    go(path, { replace = false } = {}) {
      if (replace) history.replaceState(null, "", base + path);
      else history.pushState(null, "", base + path);
      dispatchEvent(new Event(MOVED));
    },
  };
}

/** The place the page is at; renders again when it changes. */
export function usePlace(base: string): Place {
  const [place, setPlace] = useState(() => placeAt(base));
  useEffect(() => {
    const moved = () => setPlace(placeAt(base));
    addEventListener("popstate", moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener(MOVED, moved);
    };
  }, [base]);
  return place;
}

function placeAt(base: string): Place {
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname;
  return { path: path === "" ? "/" : path, query: new URLSearchParams(location.search), hash: location.hash };
}
