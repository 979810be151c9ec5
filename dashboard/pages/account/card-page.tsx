/** A page with one card: before anybody is logged in. */
import type { ComponentChildren } from "preact";
import { LanguagePick, ThemePick } from "../parts/switches.tsx";
import { useApp } from "../state/app.ts";

type CardPageProps = { title: string; sub?: string; setup?: boolean; children: ComponentChildren };

export function CardPage({ title, sub, setup = false, children }: CardPageProps) {
  const { session, t } = useApp();
  return (
    <>
      {session.demo && <div class="notice demo">{t("demo.banner")}</div>}
      <main>
        <div class={`card-page ${setup ? "setup" : ""}`}>
          <div class="brand">
            <i aria-hidden="true" />
            carrierwatch
          </div>
          <section class="panel pad stack">
            <header class="row">
              <div>
                <h1>{title}</h1>
                {sub && <p class="sub">{sub}</p>}
              </div>
            </header>
            {children}
          </section>
          <div class="row" style={{ "justify-content": "center", "margin-top": "14px" }}>
            <LanguagePick />
            <ThemePick />
          </div>
        </div>
      </main>
    </>
  );
}
