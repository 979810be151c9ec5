/** A link inside the dashboard: a real href, taken without loading the page again. */
import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { useApp } from "../state/app.ts";

type LinkProps = {
  to: string;
  children: ComponentChildren;
  class?: string;
  current?: boolean;
  label?: string;
  onFollow?: () => void;
};

export function Link({ to, children, class: className, current, label, onFollow }: LinkProps) {
  const { router } = useApp();
  const take = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.go(to);
    onFollow?.();
    scrollTo(0, 0);
  };
  return (
    <a
      href={router.href(to)}
      onClick={take}
      class={className}
      aria-current={current ? "page" : undefined}
      aria-label={label}
    >
      {children}
    </a>
  );
}
